package customresource

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/util/jsonpath"
)

// Table prints a version's objects. It is for one request: unlike a Version it is not safe for concurrent use.
type Table struct {
	Columns []metav1.TableColumnDefinition
	paths   []*jsonpath.JSONPath // of the columns after the name
}

// Table returns the table of the version's objects: their names and the columns of the definition, or their age. A path that
// is none ends the columns, as it does in Kubernetes.
func (v *Version) Table() *Table {
	t := &Table{Columns: []metav1.TableColumnDefinition{{
		Name: "Name", Type: "string", Format: "name", Description: metav1.ObjectMeta{}.SwaggerDoc()["name"],
	}}}
	for _, c := range v.columns {
		path, err := parsePath(c.JSONPath)
		if err != nil {
			break
		}
		if c.Description == "" {
			c.Description = "Custom resource definition column (in JSONPath format): " + c.JSONPath
		}
		t.paths = append(t.paths, path)
		t.Columns = append(t.Columns, metav1.TableColumnDefinition{
			Name: c.Name, Type: c.Type, Format: c.Format, Description: c.Description, Priority: c.Priority,
		})
	}
	return t
}

// columns returns the columns beside the name.
func columns(v *apiextensionsv1.CustomResourceDefinitionVersion) []apiextensionsv1.CustomResourceColumnDefinition {
	if len(v.AdditionalPrinterColumns) > 0 {
		return v.AdditionalPrinterColumns
	}
	return []apiextensionsv1.CustomResourceColumnDefinition{{
		Name: "Age", Type: "date", JSONPath: ".metadata.creationTimestamp",
		Description: metav1.ObjectMeta{}.SwaggerDoc()["creationTimestamp"],
	}}
}

func parsePath(text string) (*jsonpath.JSONPath, error) {
	path := jsonpath.New("path").AllowMissingKeys(true)
	return path, path.Parse("{" + text + "}")
}

// Cells returns an object's row. age turns a time into how long ago that was.
func (t *Table) Cells(o *Object, age func(metav1.Time) string) []any {
	cells := []any{o.GetName()}
	for i, path := range t.paths {
		cells = append(cells, cell(path, t.Columns[i+1].Type, o, age))
	}
	return cells
}

func cell(path *jsonpath.JSONPath, kind string, o *Object, age func(metav1.Time) string) any {
	results, err := path.FindResults(o.Object)
	if err != nil || len(results) == 0 || len(results[0]) == 0 {
		return nil
	}
	value := results[0][0].Interface()
	if kind == "string" {
		var text strings.Builder
		if path.PrintResults(&text, []reflect.Value{reflect.ValueOf(value)}) != nil {
			return nil
		}
		return text.String()
	}
	return cellOf(kind, value, age)
}

// cellOf returns a value as a cell of a type, nil when it is of another.
func cellOf(kind string, value any, age func(metav1.Time) string) any {
	switch value := value.(type) {
	case int64:
		switch kind {
		case "integer":
			return value
		case "number":
			return float64(value)
		}
	case float64:
		switch kind {
		case "integer":
			return int64(value)
		case "number":
			return value
		}
	case bool:
		if kind == "boolean" {
			return value
		}
	case string:
		if kind == "date" {
			var t metav1.Time
			if json.Unmarshal([]byte(`"`+value+`"`), &t) != nil {
				return "<invalid>"
			}
			return age(t)
		}
	}
	return nil
}

// selectable is a field by which a version's objects can be selected.
type selectable struct {
	name string
	path *jsonpath.JSONPath
}

func selectables(v *apiextensionsv1.CustomResourceDefinitionVersion) []selectable {
	var all []selectable
	for _, f := range v.SelectableFields {
		if path, err := parsePath(f.JSONPath); err == nil {
			all = append(all, selectable{strings.TrimPrefix(f.JSONPath, "."), path})
		}
	}
	return all
}

// Fields returns the fields of an object by which it can be selected.
func (v *Version) Fields(o *Object) fields.Set {
	set := fields.Set{"metadata.name": o.GetName()}
	if v.Resource.Namespaced {
		set["metadata.namespace"] = o.GetNamespace()
	}
	for _, f := range v.selectable {
		set[f.name] = ""
		results, err := f.path.FindResults(o.Object)
		if err == nil && len(results) > 0 && len(results[0]) > 0 && results[0][0].CanInterface() {
			if value := results[0][0].Interface(); value != nil {
				set[f.name] = fmt.Sprint(value)
			}
		}
	}
	return set
}
