package door

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// textTable is a Table as it is written. Its rows hold their objects as they are: a metav1.Table would encode each by
// itself and then read and copy what it got, which for thousands of rows takes most of the time of an answer.
type textTable struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ListMeta   `json:"metadata"`
	ColumnDefinitions []metav1.TableColumnDefinition `json:"columnDefinitions"`
	Rows              []textRow                      `json:"rows"`
}

type textRow struct {
	Cells      []any                      `json:"cells"`
	Conditions []metav1.TableRowCondition `json:"conditions,omitempty"`
	Object     runtime.Object             `json:"object"`
}

// DeepCopyObject implements runtime.Object. The rows are shared: a table is written and forgotten.
func (t *textTable) DeepCopyObject() runtime.Object {
	c := *t
	return &c
}
