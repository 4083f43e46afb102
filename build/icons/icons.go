// Package icons draws the site's PNG icons from its SVG one, with Chromium. What it draws is committed, so that building
// the site needs no browser.
package icons

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"orrery/build/browser"
	"orrery/build/tree"
)

// drawn are the icons that are made of icon.svg: an icon as it is, or with a margin of ground around it, of which a system
// that masks icons cuts away what it likes.
var drawn = []struct {
	name  string
	size  int
	share float64 // of the size that the drawing takes
}{
	{"icon-192.png", 192, 1},
	{"icon-512.png", 512, 1},
	{"icon-maskable-512.png", 512, 0.84},
}

// draw is a script that draws an SVG in the middle of a square of its ground, and returns the picture.
const draw = `(async () => {
  const image = new Image();
  image.src = "data:image/svg+xml;base64,%s";
  await image.decode();
  const size = %d, side = size * %v;
  const canvas = Object.assign(document.createElement("canvas"), {width: size, height: size});
  const context = canvas.getContext("2d");
  context.fillStyle = "#0d131c";
  if (side < size) context.fillRect(0, 0, size, size);
  context.drawImage(image, (size - side) / 2, (size - side) / 2, side, side);
  return canvas.toDataURL("image/png").split(",")[1];
})()`

// Run is the command `icons`.
func Run(ctx context.Context, _ []string, out io.Writer) error {
	root, err := tree.Root()
	if err != nil {
		return err
	}
	folder := filepath.Join(root, "web", "icons")
	source, err := os.ReadFile(filepath.Join(folder, "icon.svg"))
	if err != nil {
		return err
	}
	// A picture without a size of its own is not drawn.
	sized := strings.Replace(string(source), "<svg ", `<svg width="512" height="512" `, 1)
	tab, err := browser.Start(ctx, browser.Options{Width: 600, Height: 600})
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, icon := range drawn {
		script := fmt.Sprintf(draw, base64.StdEncoding.EncodeToString([]byte(sized)), icon.size, icon.share)
		encoded, err := browser.Eval[string](tab, script)
		if err != nil {
			return fmt.Errorf("draw %s: %w", icon.name, err)
		}
		picture, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, icon.name), picture, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(out, "%10d %s\n", len(picture), icon.name)
	}
	return nil
}
