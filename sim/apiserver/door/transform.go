package door

import (
	"fmt"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// Tables makes the rows that kubectl prints.
type Tables interface {
	// Rows returns the columns of objects of one kind, and a row for each as it is at a time of the world.
	Rows(objects []api.Object, now time.Time) ([]metav1.TableColumnDefinition, []metav1.TableRow, error)
	// Columns returns the columns of a kind.
	Columns(schema.GroupVersionKind) ([]metav1.TableColumnDefinition, error)
}

// transform turns answers into what a client wants of them: themselves, their metadata, or a table.
type transform struct {
	negotiated
	tables  Tables
	kind    schema.GroupVersionKind // of the objects
	custom  *customresource.Version // that they are of; nil for Kubernetes' own
	include metav1.IncludeObjectPolicy
	headed  bool // whether a watch's table has been given its columns
}

func (h Handler) newTransform(r *http.Request, a negotiated, res *api.Resource) (*transform, *metav1.Status) {
	t := &transform{negotiated: a, tables: h.Tables, kind: res.Kind, custom: customresource.Of(res)}
	if a.target == nil || a.target.Kind != "Table" {
		return t, nil
	}
	var o metav1.TableOptions
	values := r.URL.Query()
	if err := metav1.Convert_url_Values_To_v1_TableOptions(&values, &o, nil); err != nil {
		return nil, badRequest(err.Error())
	}
	if errs := validation.ValidateTableOptions(&o); len(errs) > 0 {
		return nil, badRequest(fmt.Sprintf("Unable to convert to Table as requested: %v", errs[0]))
	}
	t.include = o.IncludeObject
	return t, nil
}

// object turns a single object. A Status stays what it is.
func (t *transform) object(o runtime.Object, now time.Time) (runtime.Object, *metav1.Status) {
	target := t.target
	if _, ok := o.(*metav1.Status); ok || target == nil {
		return withKind(o), nil
	}
	switch target.Kind {
	case "PartialObjectMetadataList":
		return nil, notAcceptable(fmt.Sprintf("you requested PartialObjectMetadataList, but the requested object is not a list (%T)", o))
	case "PartialObjectMetadata":
		return partial(o, *target), nil
	}
	m, ok := o.(api.Object)
	if !ok {
		return nil, notAcceptable("the resource " + t.kind.Kind + " does not support being converted to a Table")
	}
	return t.table([]api.Object{m}, metav1.ListMeta{ResourceVersion: m.GetResourceVersion()}, now)
}

// list turns a list.
func (t *transform) list(answer *client.Response) (runtime.Object, *metav1.Status) {
	switch {
	case t.target == nil && t.format.Binary:
		o, err := listOf(t.kind, answer).typed()
		if err != nil {
			return nil, internalError(err)
		}
		return o, nil
	case t.target == nil:
		l := listOf(t.kind, answer)
		if t.custom != nil {
			l.Kind = t.custom.ListKind()
		}
		return l, nil
	case t.target.Kind == "PartialObjectMetadata":
		return nil, notAcceptable(fmt.Sprintf(
			"you requested PartialObjectMetadata, but the requested object is a list (*%s.%sList)", t.kind.Version, t.kind.Kind))
	case t.target.Kind == "PartialObjectMetadataList":
		return partials(*t.target, answer), nil
	}
	return t.table(answer.Items, listMeta(answer), answer.At)
}

// table makes a table of objects.
func (t *transform) table(objects []api.Object, m metav1.ListMeta, now time.Time) (runtime.Object, *metav1.Status) {
	columns, rows, err := t.rows(objects, now)
	if err != nil {
		return nil, internalError(err)
	}
	if t.headed {
		columns = nil
	}
	out := &textTable{
		TypeMeta: metav1.TypeMeta{Kind: "Table", APIVersion: t.target.GroupVersion().String()},
		ListMeta: m, ColumnDefinitions: columns, Rows: make([]textRow, len(rows)),
	}
	for i, row := range rows {
		out.Rows[i] = textRow{Cells: row.Cells, Conditions: row.Conditions, Object: t.included(row.Object.Object)}
	}
	return out, nil
}

// included returns what a row has of its object: nothing, its metadata or all of it.
func (t *transform) included(o runtime.Object) runtime.Object {
	switch {
	case t.include == metav1.IncludeObject:
		return withKind(o)
	case t.include == metav1.IncludeNone && !endsInitialEvents(o):
		return nil
	}
	return partial(o, t.target.GroupVersion().WithKind("PartialObjectMetadata"))
}

func (t *transform) rows(objects []api.Object, now time.Time) ([]metav1.TableColumnDefinition, []metav1.TableRow, error) {
	switch {
	case t.custom != nil:
		columns, rows := customRows(t.custom, objects, now)
		return columns, rows, nil
	case t.tables == nil:
		return nameAndAge(objects)
	case len(objects) == 0:
		columns, err := t.tables.Columns(t.kind)
		if err != nil {
			return nameAndAge(objects)
		}
		return columns, []metav1.TableRow{}, nil
	}
	columns, rows, err := t.tables.Rows(objects, now)
	if err != nil {
		return nameAndAge(objects)
	}
	return columns, rows, nil
}

// nameAndAge is the table of a kind that has no columns of its own.
func nameAndAge(objects []api.Object) ([]metav1.TableColumnDefinition, []metav1.TableRow, error) {
	words := metav1.ObjectMeta{}.SwaggerDoc()
	columns := []metav1.TableColumnDefinition{
		{Name: "Name", Type: "string", Format: "name", Description: words["name"]},
		{Name: "Created At", Type: "date", Description: words["creationTimestamp"]},
	}
	rows := make([]metav1.TableRow, len(objects))
	for i, o := range objects {
		rows[i] = metav1.TableRow{
			Cells:  []any{o.GetName(), o.GetCreationTimestamp().UTC().Format(time.RFC3339)},
			Object: runtime.RawExtension{Object: o},
		}
	}
	return columns, rows, nil
}

// partial returns an object's metadata as an object of its own.
func partial(o runtime.Object, as schema.GroupVersionKind) runtime.Object {
	m, err := meta.Accessor(o)
	if err != nil {
		return o
	}
	p := meta.AsPartialObjectMetadata(m)
	p.SetGroupVersionKind(as)
	return p
}

func partials(as schema.GroupVersionKind, answer *client.Response) runtime.Object {
	l := &metav1.PartialObjectMetadataList{ListMeta: listMeta(answer), Items: make([]metav1.PartialObjectMetadata, len(answer.Items))}
	l.SetGroupVersionKind(as)
	for i, o := range answer.Items {
		l.Items[i] = *meta.AsPartialObjectMetadata(o)
		l.Items[i].SetGroupVersionKind(as.GroupVersion().WithKind("PartialObjectMetadata"))
	}
	return l
}

// endsInitialEvents reports whether an object is the bookmark after a watch's initial events.
func endsInitialEvents(o runtime.Object) bool {
	m, err := meta.Accessor(o)
	return err == nil && m.GetAnnotations()[metav1.InitialEventsAnnotationKey] == "true"
}
