package door

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
)

// customRows makes the table of custom objects as they are at a time of the world. A Scale has none but its name and age.
func customRows(v *customresource.Version, objects []api.Object, now time.Time) ([]metav1.TableColumnDefinition, []metav1.TableRow) {
	table := v.Table()
	rows := []metav1.TableRow{}
	for _, o := range objects {
		custom, ok := o.(*customresource.Object)
		if !ok {
			columns, rows, _ := nameAndAge(objects)
			return columns, rows
		}
		rows = append(rows, metav1.TableRow{
			Cells:  table.Cells(custom, func(t metav1.Time) string { return duration.HumanDuration(now.Sub(t.Time)) }),
			Object: runtime.RawExtension{Object: o},
		})
	}
	return table.Columns, rows
}
