package door

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/munnerz/goautoneg"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1beta1 "k8s.io/apimachinery/pkg/apis/meta/v1beta1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// negotiated is how a client wants to be answered.
type negotiated struct {
	format *Format
	pretty bool
	target *schema.GroupVersionKind // what the object is to be turned into: Table, PartialObjectMetadata; nil for itself
	params map[string]string        // of the media type
}

// allowed says whether an endpoint can answer in a format with an object turned into a target.
type allowed func(*Format, *schema.GroupVersionKind) bool

// plain allows nothing but the object itself.
func plain(_ *Format, target *schema.GroupVersionKind) bool { return target == nil }

// transformed allows what requests for resources can have: tables in text formats, and metadata in all.
func transformed(f *Format, target *schema.GroupVersionKind) bool {
	if target == nil {
		return true
	}
	if gv := target.GroupVersion(); gv != metav1.SchemeGroupVersion && gv != metav1beta1.SchemeGroupVersion {
		return false
	}
	switch target.Kind {
	case "Table":
		return !f.Binary
	case "PartialObjectMetadata", "PartialObjectMetadataList":
		return true
	}
	return false
}

// allowed returns how the target can be answered: custom objects are text, and what can only be asked has no table.
func (t target) allowed() allowed {
	if !t.resource.Serves("get", "") {
		return func(f *Format, target *schema.GroupVersionKind) bool {
			return transformed(f, target) && (target == nil || target.Kind != "Table")
		}
	}
	if t.resource.Custom == nil {
		return transformed
	}
	return func(f *Format, target *schema.GroupVersionKind) bool {
		return transformed(f, target) && (target != nil || !f.Binary)
	}
}

// negotiate finds the first of the media types in the Accept header that is served; nil and a Status when there is none.
func (h Handler) negotiate(r *http.Request, stream bool, may allowed) (negotiated, *metav1.Status) {
	header := r.Header.Get("Accept")
	if header == "" {
		return negotiated{format: jsonFormat, pretty: prettyPrinted(r)}, nil
	}
	for _, clause := range goautoneg.ParseAccept(header) {
		for _, f := range h.formats() {
			if !f.is(clause.Type, clause.SubType) {
				continue
			}
			if a, ok := accept(f, clause.Params, may); ok && !(stream && f.Event == nil) {
				a.pretty = a.pretty || prettyPrinted(r)
				return a, nil
			}
		}
	}
	return negotiated{}, notAcceptable("only the following media types are accepted: " + h.mediaTypes(stream))
}

// accept reads the parameters of a media type. It reports false when the endpoint does not allow them.
func accept(f *Format, params map[string]string, may allowed) (negotiated, bool) {
	a := negotiated{format: f, params: params, pretty: params["pretty"] == "1"}
	if kind, group, version := params["as"], params["g"], params["v"]; kind+group+version != "" {
		a.target = &schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
	}
	if s := params["stream"]; s != "" && (s != "watch" || f.Event == nil) {
		return a, false
	}
	if v := params["sv"]; v != "" && v != "v1" {
		return a, false
	}
	return a, may(f, a.target)
}

// prettyPrinted reports whether the client wants to read the answer itself: it says so, or is a browser or curl.
func prettyPrinted(r *http.Request) bool {
	if p := r.URL.Query().Get("pretty"); p != "" {
		on, _ := strconv.ParseBool(p)
		return on
	}
	agent := r.UserAgent()
	return slices.ContainsFunc([]string{"curl", "Wget", "Mozilla/5.0"}, func(s string) bool { return strings.HasPrefix(agent, s) })
}

// bodyFormat returns the format of a request's body by its Content-Type; JSON when that is not given.
func (h Handler) bodyFormat(r *http.Request) (*Format, *metav1.Status) {
	header := r.Header.Get("Content-Type")
	if header == "" {
		return jsonFormat, nil
	}
	if mediaType, _, err := mime.ParseMediaType(header); err == nil {
		for _, f := range h.formats() {
			if f.MediaType == mediaType {
				return f, nil
			}
		}
	}
	return nil, unsupportedMedia("the body of the request was in an unknown format - accepted media types include: " + h.mediaTypes(false))
}

func (h Handler) mediaTypes(stream bool) string {
	var names []string
	for _, f := range h.formats() {
		switch {
		case !stream:
			names = append(names, f.MediaType)
		case f.Event != nil:
			names = append(names, f.MediaType+";stream=watch")
		}
	}
	return strings.Join(names, ", ")
}

func notAcceptable(message string) *metav1.Status {
	return &metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusNotAcceptable, Reason: metav1.StatusReasonNotAcceptable, Message: message,
	}
}

func unsupportedMedia(message string) *metav1.Status {
	return &metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusUnsupportedMediaType, Reason: metav1.StatusReasonUnsupportedMediaType,
		Message: message,
	}
}
