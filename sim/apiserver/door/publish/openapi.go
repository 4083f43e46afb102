// Package publish publishes the OpenAPI documents over HTTP. It is apart from the door so that the programs in the
// browser, which have no HTTP, need not hold the protobuf form of the documents.
package publish

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/munnerz/goautoneg"

	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/openapi"
)

// OpenAPI publishes the documents of what is served. It is safe for concurrent use.
type OpenAPI struct {
	// Load returns the file with Kubernetes' own documents. It is called when the first document is asked for.
	Load func() ([]byte, error)
	// Custom returns the kinds that users brought to the world; nil for none.
	Custom func() *customresource.Catalog

	mu        sync.Mutex
	own       *openapi.Documents // of Kubernetes' own kinds
	catalog   *customresource.Catalog
	documents *openapi.Documents // with those of the catalog
}

// accepted are the forms in which documents can be had: what a client asks for, what that is here, and what the answer
// says that it is.
var accepted = []struct {
	asked   string
	format  openapi.Format
	answers string
}{
	{"json", openapi.JSON, "application/json"},
	{"com.github.proto-openapi.spec.v%@v1.0+protobuf", openapi.Proto, "application/com.github.proto-openapi.spec.v%.v1.0+protobuf"},
	{"com.github.proto-openapi.spec.v%.v1.0+protobuf", openapi.Proto, "application/com.github.proto-openapi.spec.v%.v1.0+protobuf"},
}

// ServeHTTP answers for the paths /openapi/v2, /openapi/v3 and below. Models k8s.io/kube-openapi/pkg/handler and handler3.
func (o *OpenAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.load(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	path, below := strings.CutPrefix(r.URL.Path, "/openapi/v3/")
	switch {
	case r.URL.Path == "/openapi/v3":
		doc, err := o.documents.Index()
		send(w, r, "application/json", doc, err)
	case r.URL.Path == "/openapi/v2":
		o.negotiate(w, r, "2", o.documents.V2)
	case below && o.documents.Has(path):
		o.negotiate(w, r, "3", func(f openapi.Format) (openapi.Document, error) { return o.documents.V3(path, f) })
	default:
		http.NotFound(w, r)
	}
}

func (o *OpenAPI) load() error {
	if o.own == nil {
		if err := o.unpack(); err != nil {
			return err
		}
	}
	if o.Custom == nil || o.Custom() == o.catalog {
		return nil
	}
	catalog := o.Custom()
	documents, err := o.own.With(catalog)
	if err == nil {
		o.catalog, o.documents = catalog, documents
	}
	return err
}

func (o *OpenAPI) unpack() error {
	file, err := o.Load()
	if err != nil {
		return err
	}
	bundle, err := openapi.Unpack(file)
	if err != nil {
		return err
	}
	o.own = openapi.New(bundle)
	o.documents = o.own
	return nil
}

// negotiate sends a document in the first form that the client accepts and that there is.
func (o *OpenAPI) negotiate(
	w http.ResponseWriter, r *http.Request, version string, document func(openapi.Format) (openapi.Document, error),
) {
	w.Header().Add("Vary", "Accept")
	accept := r.Header.Get("Accept")
	if accept == "" {
		accept = "*/*"
	}
	for _, clause := range goautoneg.ParseAccept(accept) {
		for _, a := range accepted {
			asked := strings.ReplaceAll(a.asked, "%", version)
			if clause.Type != "application" && clause.Type != "*" || clause.SubType != asked && clause.SubType != "*" {
				continue
			}
			doc, err := document(a.format)
			if hash := r.URL.Query().Get("hash"); err == nil && version == "3" && hash != "" {
				path := strings.TrimPrefix(r.URL.Path, "/openapi/v3/")
				if hash != doc.Tag {
					http.Redirect(w, r, openapi.URL(path, doc.Tag), http.StatusMovedPermanently)
					return
				}
				w.Header().Set("Cache-Control", "public, immutable")
				w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).Format(time.RFC1123))
			}
			send(w, r, strings.ReplaceAll(a.answers, "%", version), doc, err)
			return
		}
	}
	w.WriteHeader(http.StatusNotAcceptable)
}

// send answers with a document, or with nothing when the client has it already.
func send(w http.ResponseWriter, r *http.Request, contentType string, doc openapi.Document, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Etag", strconv.Quote(doc.Tag))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(doc.Data))
}
