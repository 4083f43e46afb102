// Package svg makes SVG elements for go-app, which needs their name space told.
package svg

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/scene"
)

const space = "http://www.w3.org/2000/svg"

// El is an SVG element.
func El(tag string) app.HTMLElem { return app.Elem(tag).XMLNS(space) }

// Path is a path element.
func Path(class, d string) app.HTMLElem { return El("path").Class(class).Attr("d", d) }

// Rect is a rectangle with rounded corners.
func Rect(class string, box scene.Box, round float64) app.HTMLElem {
	return El("rect").Class(class).
		Attr("x", scene.Num(box.X)).Attr("y", scene.Num(box.Y)).
		Attr("width", scene.Num(max(box.W, 0))).Attr("height", scene.Num(max(box.H, 0))).
		Attr("rx", scene.Num(round))
}

// Circle is a circle.
func Circle(class string, at scene.Point, radius float64) app.HTMLElem {
	return El("circle").Class(class).
		Attr("cx", scene.Num(at.X)).Attr("cy", scene.Num(at.Y)).Attr("r", scene.Num(radius))
}

// Text is a line of text that starts at a point; a class may anchor it otherwise.
func Text(class string, x, y float64, words string) app.HTMLElem {
	return El("text").Class(class).Attr("x", scene.Num(x)).Attr("y", scene.Num(y)).Text(words)
}

// Title names the element that it is put into.
func Title(words string) app.HTMLElem { return El("title").Text(words) }
