// Package table makes the rows that kubectl prints. The columns and the cells are Kubernetes' own, of
// k8s.io/kubernetes/pkg/printers/internalversion.
//
// It is apart from the door because that package pulls in client-go and every API group: 3 MB of the engine in the
// browser, which has no room for it. Only programs that run natively import it.
//
// The printers measure ages with the wall clock. What they are given are copies whose times are moved from the world's
// clock to the wall's, so that an age is the one at the world's now.
package table

import (
	"reflect"
	"sort"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/apis/flowcontrol"
	flowcontrolutil "k8s.io/kubernetes/pkg/apis/flowcontrol/util"
	"k8s.io/kubernetes/pkg/printers"
	"k8s.io/kubernetes/pkg/printers/internalversion"

	"orrery/sim/api"
)

// Printer makes rows. It is safe for concurrent use. See New.
type Printer struct {
	generator *printers.HumanReadableGenerator
}

// New returns a printer that knows every built-in kind.
func New() Printer {
	return Printer{printers.NewTableGenerator().With(internalversion.AddHandlers, addAPIServices)}
}

// Rows returns the columns of objects of one kind, and a row for each, as they are at a time of the world. A row's Object
// is the object that it was given. There are no columns without an object: see Columns.
func (p Printer) Rows(objects []api.Object, now time.Time) ([]metav1.TableColumnDefinition, []metav1.TableRow, error) {
	shift := time.Since(now)
	originals := make(map[runtime.Object]api.Object, len(objects))
	internals := make([]runtime.Object, len(objects))
	for i, o := range objects {
		in, err := internal(o, shift)
		if err != nil {
			return nil, nil, err
		}
		internals[i], originals[in] = in, o
	}
	inOrder(internals)
	var columns []metav1.TableColumnDefinition
	rows := make([]metav1.TableRow, 0, len(objects))
	for i, in := range internals {
		t, err := p.generator.GenerateTable(in, printers.GenerateOptions{Wide: true, NoHeaders: i > 0})
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			columns = t.ColumnDefinitions
		}
		for _, row := range t.Rows {
			row.Object = runtime.RawExtension{Object: originals[in]}
			rows = append(rows, row)
		}
	}
	return columns, rows, nil
}

// Columns returns the columns of a kind; an error when it has no printer.
func (p Printer) Columns(kind schema.GroupVersionKind) ([]metav1.TableColumnDefinition, error) {
	list, err := api.Scheme.New(schema.GroupVersionKind{
		Group: kind.Group, Version: runtime.APIVersionInternal, Kind: kind.Kind + "List",
	})
	if err != nil {
		return nil, err
	}
	t, err := p.generator.GenerateTable(list, printers.GenerateOptions{Wide: true})
	if err != nil {
		return nil, err
	}
	return t.ColumnDefinitions, nil
}

// internal returns the object's internal version with its times moved. It shares memory with the object below the first
// level, so what a shift changes there is copied.
func internal(o api.Object, shift time.Duration) (runtime.Object, error) {
	in, err := api.Internal(o)
	if err != nil {
		return nil, err
	}
	if in == runtime.Object(o) { // a kind whose served version is its internal one
		v := reflect.New(reflect.TypeOf(o).Elem())
		v.Elem().Set(reflect.ValueOf(o).Elem())
		in = v.Interface().(runtime.Object)
	}
	move(in, shift)
	return in, nil
}

// inOrder sorts FlowSchemas by their precedence, as their printer does with a list; every other kind stays as it is.
func inOrder(objects []runtime.Object) {
	if len(objects) == 0 {
		return
	}
	if _, ok := objects[0].(*flowcontrol.FlowSchema); !ok {
		return
	}
	byObject := make(flowcontrolutil.FlowSchemaSequence, len(objects))
	for i, o := range objects {
		byObject[i] = o.(*flowcontrol.FlowSchema)
	}
	sort.Sort(byObject)
	for i, o := range byObject {
		objects[i] = o
	}
}
