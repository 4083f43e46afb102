package panel

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Option is an option of a select. Only the chosen one says so: in pre-rendered HTML even selected="false" selects.
func Option(value, words string, chosen bool) app.UI {
	option := app.Option().Value(value).Text(words)
	if chosen {
		option = option.Selected(true)
	}
	return option
}
