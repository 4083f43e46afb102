package site

import (
	"context"
	_ "embed"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	goapp "github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app"
)

//go:embed index.html
var document string

// documentData fills in index.html.
type documentData struct {
	Title       string
	Description string
	Background  string
	Version     string
	Styles      []string
	Icon        string
	Root        template.HTML // the page before any program runs
}

// page writes index.html with the page pre-rendered, so that it is on the screen before any program has arrived.
//
// go-app's Handler would do this too, but it writes URLs from the host's root and asks for its own scripts and styles;
// its engine renders the very same component here.
func page(_ context.Context, options Options) error {
	content, err := version(options.Out)
	if err != nil {
		return err
	}
	styles, err := stylesheets(options.Out)
	if err != nil {
		return err
	}
	root, err := render()
	if err != nil {
		return err
	}
	parsed, err := template.New("index.html").Parse(document)
	if err != nil {
		return err
	}
	target, err := os.Create(filepath.Join(options.Out, "index.html"))
	if err != nil {
		return err
	}
	defer target.Close()
	err = parsed.Execute(target, documentData{
		Title:       title,
		Description: description,
		Background:  background,
		Version:     content,
		Styles:      styles,
		Icon:        "web/icons/icon.svg",
		Root:        root,
	})
	if err != nil {
		return err
	}
	return target.Close()
}

// render draws the page as it is before an engine answers.
func render() (template.HTML, error) {
	root := app.New(nil)
	engine := goapp.NewTestEngine()
	if err := engine.Load(root); err != nil {
		return "", err
	}
	engine.ConsumeAll()
	return template.HTML(goapp.HTMLString(root)), nil
}

// stylesheets lists the site's styles in the order of their names.
func stylesheets(folder string) (list []string, err error) {
	err = walk(folder, func(name string, _ fs.FileInfo) error {
		if strings.HasSuffix(name, ".css") {
			list = append(list, name)
		}
		return nil
	})
	return list, err
}
