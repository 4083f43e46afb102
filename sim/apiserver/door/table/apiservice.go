package table

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/kube-aggregator/pkg/apis/apiregistration"
	"k8s.io/kubernetes/pkg/printers"
)

// addAPIServices adds the columns of APIServices, which kube-aggregator prints by itself.
func addAPIServices(h printers.PrintHandler) {
	docs := metav1.ObjectMeta{}.SwaggerDoc()
	columns := []metav1.TableColumnDefinition{
		{Name: "Name", Type: "string", Format: "name", Description: docs["name"]},
		{Name: "Service", Type: "string", Description: "The reference to the service that hosts this API endpoint."},
		{Name: "Available", Type: "string", Description: "Whether this service is available."},
		{Name: "Age", Type: "string", Description: docs["creationTimestamp"]},
	}
	one := func(s *apiregistration.APIService, _ printers.GenerateOptions) ([]metav1.TableRow, error) {
		service := "Local"
		if s.Spec.Service != nil {
			service = s.Spec.Service.Namespace + "/" + s.Spec.Service.Name
		}
		age := duration.HumanDuration(time.Since(s.CreationTimestamp.Time))
		return []metav1.TableRow{{Cells: []any{s.Name, service, available(s), age}, Object: runtime.RawExtension{Object: s}}}, nil
	}
	all := func(l *apiregistration.APIServiceList, o printers.GenerateOptions) (rows []metav1.TableRow, err error) {
		for i := range l.Items {
			row, err := one(&l.Items[i], o)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row...)
		}
		return rows, nil
	}
	for _, print := range []any{one, all} {
		if err := h.TableHandler(columns, print); err != nil {
			panic("table: the columns of APIServices: " + err.Error())
		}
	}
}

// available says whether who serves a group's version answers, and why not.
func available(s *apiregistration.APIService) string {
	for _, c := range s.Status.Conditions {
		switch {
		case c.Type != apiregistration.Available:
		case c.Status == apiregistration.ConditionTrue || c.Reason == "":
			return string(c.Status)
		default:
			return fmt.Sprintf("%s (%s)", c.Status, c.Reason)
		}
	}
	return string(apiregistration.ConditionUnknown)
}
