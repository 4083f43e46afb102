package kubectl

import (
	"errors"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
)

// plainError is an error that kubectl finds by itself.
func plainError(message string) error { return errors.New(message) }

// statusError is what the API server answered.
func statusError(s *metav1.Status) error { return &apierrors.StatusError{ErrStatus: *s} }

// during says what kubectl was doing with a file when an error came up.
func during(doing, file string, err error) error {
	if file == "" {
		return err
	}
	message := "error when " + doing + " " + strconv.Quote(file) + ": " + err.Error()
	var status *apierrors.StatusError
	if errors.As(err, &status) {
		s := status.ErrStatus
		s.Message = message
		return statusError(&s)
	}
	return plainError(message)
}

// report returns the lines that kubectl prints of the errors of a command: those of reading its files and those of
// carrying it out. A single refusal is shown in full, of several each has its line.
func report(reading, errs []error) []string {
	all := errs
	switch {
	case len(reading) > 0 && len(errs) > 0:
		all = append([]error{utilerrors.NewAggregate(reading)}, errs...)
	case len(reading) > 0:
		all = reading
	}
	if len(all) == 0 {
		return nil
	}
	if len(all) == 1 {
		return strings.Split(single(all[0]), "\n")
	}
	var lines []string
	for _, err := range all {
		lines = append(lines, strings.Split(message(err), "\n")...)
	}
	return lines
}

// single is how kubectl prints the only error.
func single(err error) string {
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.ErrStatus.Reason == metav1.StatusReasonInvalid {
		return invalid(&status.ErrStatus)
	}
	m := message(err)
	var code exitError
	if status != nil || strings.HasPrefix(m, "error: ") || errors.As(err, &code) {
		return m
	}
	return "error: " + m
}

// message is how kubectl prints one of several errors.
func message(err error) string {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return err.Error()
	}
	if status.ErrStatus.Reason == "" {
		return "Error from server: " + err.Error()
	}
	return "Error from server (" + string(status.ErrStatus.Reason) + "): " + err.Error()
}

// invalid prints a refusal by validation: one cause on the line, several as a list, equal ones once.
func invalid(s *metav1.Status) string {
	head := "The request is invalid"
	d := s.Details
	switch {
	case d == nil:
		if s.Message != "" {
			head += ": " + s.Message
		}
		return head
	case d.Kind != "" || d.Name != "":
		head = "The " + d.Kind + " " + strconv.Quote(d.Name) + " is invalid"
	case s.Message != "" && len(d.Causes) == 0:
		head += ": " + s.Message
	}
	var causes []string
	seen := map[string]bool{}
	for _, c := range d.Causes {
		line := c.Field + ": " + c.Message
		if !seen[line] {
			seen[line] = true
			causes = append(causes, line)
		}
	}
	switch len(causes) {
	case 0:
		return head
	case 1:
		return head + ": " + causes[0]
	}
	return head + ": \n* " + strings.Join(causes, "\n* ")
}
