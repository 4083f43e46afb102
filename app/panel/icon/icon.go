// Package icon holds the page's few icons, as SVG in the colour of the text around them.
package icon

import "github.com/maxence-charriere/go-app/v10/pkg/app"

const (
	open = `<svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12" fill="currentColor">`
	line = `<svg aria-hidden="true" width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">`
)

// Logo is the orrery.
func Logo() app.UI {
	return app.Raw(`<svg aria-hidden="true" class="logo" width="26" height="26" viewBox="0 0 26 26" fill="none" stroke="var(--accent)" stroke-width="1.4"><circle cx="13" cy="13" r="3.2" fill="var(--accent)"/><ellipse cx="13" cy="13" rx="11.3" ry="5" transform="rotate(-24 13 13)"/><ellipse cx="13" cy="13" rx="11.3" ry="5" transform="rotate(38 13 13)" opacity=".5"/><circle cx="23.2" cy="8.6" r="1.9" fill="var(--text)" stroke="none"/></svg>`)
}

// Back steps back.
func Back() app.UI { return app.Raw(open + `<path d="M1 1h2v10H1zM11 1v10L4 6z"/></svg>`) }

// Step steps forwards.
func Step() app.UI { return app.Raw(open + `<path d="M9 1h2v10H9zM1 1v10l7-5z"/></svg>`) }

// Play plays.
func Play() app.UI { return app.Raw(open + `<path d="M2 1v10l9-5z"/></svg>`) }

// Pause pauses.
func Pause() app.UI { return app.Raw(open + `<path d="M2 1h3v10H2zM7 1h3v10H7z"/></svg>`) }

// Previous points left.
func Previous() app.UI { return app.Raw(line + `<path d="M8.5 3 4.5 7l4 4"/></svg>`) }

// Reset starts over.
func Reset() app.UI {
	return app.Raw(line + `<path d="M2.5 7a4.5 4.5 0 1 0 1.4-3.2M2.4 1.8v2.6H5"/></svg>`)
}

// Nodes is a cluster: a control plane over its nodes.
func Nodes() app.UI {
	return app.Raw(line + `<rect x="4.6" y="1.6" width="4.8" height="3.6" rx="1"/><path d="M7 5.2v2.4M2.9 9V7.6h8.2V9"/><rect x="1.4" y="9" width="3" height="3" rx=".8"/><rect x="5.5" y="9" width="3" height="3" rx=".8"/><rect x="9.6" y="9" width="3" height="3" rx=".8"/></svg>`)
}

// Another throws a die.
func Another() app.UI {
	return app.Raw(line + `<rect x="1.8" y="1.8" width="10.4" height="10.4" rx="2.4"/><path d="M4.7 4.7h.01M9.3 4.7h.01M7 7h.01M4.7 9.3h.01M9.3 9.3h.01" stroke-width="1.9"/></svg>`)
}

// Follow is a crosshair.
func Follow() app.UI {
	return app.Raw(line + `<circle cx="7" cy="7" r="3.8"/><path d="M7 .8v4M7 9.2v4M.8 7h4M9.2 7h4"/></svg>`)
}

// Theme is half dark and half light.
func Theme() app.UI {
	return app.Raw(line + `<circle cx="7" cy="7" r="5.4"/><path d="M7 1.6a5.4 5.4 0 0 1 0 10.8z" fill="currentColor"/></svg>`)
}

// Add is a plus.
func Add() app.UI { return app.Raw(line + `<path d="M7 2.5v9M2.5 7h9"/></svg>`) }

// More is three dots.
func More() app.UI {
	return app.Raw(line + `<path d="M3 7h.01M7 7h.01M11 7h.01" stroke-width="2.2"/></svg>`)
}

// Close is a cross.
func Close() app.UI { return app.Raw(line + `<path d="m3.5 3.5 7 7M10.5 3.5l-7 7"/></svg>`) }

// Delete is a bin.
func Delete() app.UI {
	return app.Raw(line + `<path d="M2 3.8h10M5.2 3.8V2.2h3.6v1.6M3.4 3.8l.6 8h6l.6-8"/></svg>`)
}

// GoTo goes to an instant.
func GoTo() app.UI {
	return app.Raw(line + `<path d="M7 3.2V7l2.4 1.6"/><circle cx="7" cy="7" r="5.2"/></svg>`)
}
