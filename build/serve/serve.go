// Package serve serves the static site on loopback the way a plain static host does: files as they are, the right types,
// no compression of its own.
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"orrery/build/site"
	"orrery/build/tree"
)

// Run is the command `serve`.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := flags.String("dir", "", "serve this site as it is, instead of building one")
	port := flags.Int("port", 8080, "port on loopback; 0 takes any free one")
	base := flags.String("base", "/", "path to serve the site under")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		root, err := tree.Root()
		if err != nil {
			return err
		}
		*dir = filepath.Join(root, "dist")
		fmt.Fprintln(out, "building the site ...")
		if err := site.Build(ctx, site.Options{Root: root, Out: *dir}); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(*dir, "index.html")); err != nil {
		return fmt.Errorf("%s holds no site: build one with `go run ./build site -o %s`", *dir, *dir)
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		return fmt.Errorf("%w: choose another port with -port", err)
	}
	fmt.Fprintf(out, "Orrery is at http://%s%s/ (end with Ctrl-C)\n", listener.Addr(), clean(*base))
	return until(ctx, listener, Handler(*dir, *base))
}

// until serves until ctx ends.
func until(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// types are the media types that not every system knows.
var types = map[string]string{
	".css":         "text/css; charset=utf-8",
	".gz":          "application/gzip",
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".svg":         "image/svg+xml",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
}

// Handler serves the site in dir under the path base.
func Handler(dir, base string) http.Handler {
	files := http.FileServer(http.Dir(dir))
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ending := path.Ext(r.URL.Path)
		kind, known := types[ending]
		if !known {
			kind = mime.TypeByExtension(ending)
		}
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.Header().Set("Cache-Control", "no-cache") // ask again, so that a new build shows at once
		files.ServeHTTP(w, r)
	})
	prefix := clean(base)
	if prefix == "" {
		return site
	}
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, site))
	return mux
}

// clean returns base with a slash before and none after it; the root is empty.
func clean(base string) string {
	return strings.TrimSuffix(path.Clean("/"+base), "/")
}
