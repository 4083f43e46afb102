package panel

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// OpenDialog opens an HTML dialog, or closes it, once the page has been drawn: the browser keeps the focus in it, closes it
// with Escape and gives the focus back. An opened one is made ready before it is seen.
func OpenDialog(ctx app.Context, id string, open bool, ready func(dialog app.Value)) {
	ctx.Defer(func(app.Context) {
		dialog := app.Window().GetElementByID(id)
		switch is := dialog.Get("open").Bool(); {
		case open && !is:
			dialog.Call("showModal")
			ready(dialog)
		case !open && is:
			dialog.Call("close")
		}
	})
}
