package site

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
)

// webManifest is what a browser needs to install the site as an application. go-app's own claims the whole host as its
// scope and writes absolute URLs.
type webManifest struct {
	Name            string         `json:"name"`
	ShortName       string         `json:"short_name"`
	Description     string         `json:"description"`
	Scope           string         `json:"scope"`
	StartURL        string         `json:"start_url"`
	Display         string         `json:"display"`
	BackgroundColor string         `json:"background_color"`
	ThemeColor      string         `json:"theme_color"`
	Icons           []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Source string `json:"src"`
	Type   string `json:"type"`
	Sizes  string `json:"sizes"`
	// Purpose is "maskable" for an icon that the system may cut to a shape, empty for one to be shown as it is.
	Purpose string `json:"purpose,omitempty"`
}

// The page's words and colours outside of its styles.
const (
	name        = "Orrery"
	title       = "Orrery: a clockwork Kubernetes"
	description = "A Kubernetes cluster that runs in this browser tab. Apply a manifest, step through everything that " +
		"happens forwards and backwards, and look into every object."
	background = "#0d131c"
)

func manifest(_ context.Context, options Options) error {
	icons, err := manifestIcons(filepath.Join(options.Root, "web", "icons"))
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(webManifest{
		Name:            title,
		ShortName:       name,
		Description:     description,
		Scope:           "./",
		StartURL:        "./",
		Display:         "standalone",
		BackgroundColor: background,
		ThemeColor:      background,
		Icons:           icons,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(options.Out, "manifest.webmanifest"), content, 0o644)
}

// iconTypes are the icon files that a manifest can name, by their name's end.
var iconTypes = map[string]manifestIcon{
	"icon.svg":     {Type: "image/svg+xml", Sizes: "any"},
	"icon-192.png": {Type: "image/png", Sizes: "192x192"},
	"icon-512.png": {Type: "image/png", Sizes: "512x512"},

	"icon-maskable-512.png": {Type: "image/png", Sizes: "512x512", Purpose: "maskable"},
}

func manifestIcons(folder string) ([]manifestIcon, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var icons []manifestIcon
	for _, entry := range entries {
		if icon, known := iconTypes[entry.Name()]; known {
			icon.Source = "web/icons/" + entry.Name()
			icons = append(icons, icon)
		}
	}
	return icons, nil
}
