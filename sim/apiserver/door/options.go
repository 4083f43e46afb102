package door

import (
	"net/http"
	"net/url"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	listvalidation "k8s.io/apimachinery/pkg/apis/meta/internalversion/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/fields"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"

	"orrery/sim/client"
)

// options reads the query of a request into its call, and refuses what is not allowed there. A delete's options may be
// in its body too: see deleteOptions.
func (c *Call) options(r *http.Request) *metav1.Status {
	values := r.URL.Query()
	if c.Subresource == "exec" {
		c.Exec = &corev1.PodExecOptions{}
		if err := corev1conversion.Convert_url_Values_To_v1_PodExecOptions(&values, c.Exec, nil); err != nil {
			return badRequest(err.Error())
		}
		return nil
	}
	switch c.Verb {
	case client.Get:
		if c.Subresource == "log" {
			c.Log = &corev1.PodLogOptions{}
			if err := corev1conversion.Convert_url_Values_To_v1_PodLogOptions(&values, c.Log, nil); err != nil {
				return badRequest(err.Error())
			}
			return nil
		}
		var o metav1.GetOptions
		if err := metav1.Convert_url_Values_To_v1_GetOptions(&values, &o, nil); err != nil {
			return badRequest(err.Error())
		}
		c.Revision = o.ResourceVersion
	case client.List, client.WatchVerb, client.DeleteCollection:
		return c.listOptions(values)
	case client.Create:
		var o metav1.CreateOptions
		if err := metav1.Convert_url_Values_To_v1_CreateOptions(&values, &o, nil); err != nil {
			return badRequest(err.Error())
		}
		if errs := validation.ValidateCreateOptions(&o); len(errs) > 0 {
			return invalidOptions("CreateOptions", errs)
		}
		c.write(r, o.DryRun, o.FieldManager, o.FieldValidation)
	case client.Update:
		var o metav1.UpdateOptions
		if err := metav1.Convert_url_Values_To_v1_UpdateOptions(&values, &o, nil); err != nil {
			return badRequest(err.Error())
		}
		if errs := validation.ValidateUpdateOptions(&o); len(errs) > 0 {
			return invalidOptions("UpdateOptions", errs)
		}
		c.write(r, o.DryRun, o.FieldManager, o.FieldValidation)
	case client.Patch:
		var o metav1.PatchOptions
		if err := metav1.Convert_url_Values_To_v1_PatchOptions(&values, &o, nil); err != nil {
			return badRequest(err.Error())
		}
		if errs := validation.ValidatePatchOptions(&o, c.PatchType); len(errs) > 0 {
			return invalidOptions("PatchOptions", errs)
		}
		c.write(r, o.DryRun, o.FieldManager, o.FieldValidation)
		c.Force = o.Force != nil && *o.Force
	}
	return nil
}

// write keeps the options that every write has.
func (c *Call) write(r *http.Request, dryRun []string, manager, fieldValidation string) {
	c.DryRun = len(dryRun) > 0
	c.Manager, c.Agent, c.FieldValidation = manager, r.UserAgent(), fieldValidation
}

func (c *Call) listOptions(values url.Values) *metav1.Status {
	var o metav1.ListOptions
	if err := metav1.Convert_url_Values_To_v1_ListOptions(&values, &o, nil); err != nil {
		return badRequest(err.Error())
	}
	in := internalversion.ListOptions{
		Watch: c.Verb == client.WatchVerb, ResourceVersion: o.ResourceVersion, ResourceVersionMatch: o.ResourceVersionMatch,
		Limit: o.Limit, Continue: o.Continue, AllowWatchBookmarks: o.AllowWatchBookmarks, SendInitialEvents: o.SendInitialEvents,
	}
	internalversion.SetListOptionsDefaults(&in, true)
	if errs := listvalidation.ValidateListOptions(&in, true); len(errs) > 0 {
		return invalidOptions("ListOptions", errs)
	}
	c.Labels, c.Fields, c.Revision, c.Match = o.LabelSelector, o.FieldSelector, o.ResourceVersion, string(in.ResourceVersionMatch)
	c.Limit, c.Continue, c.Bookmarks, c.Initial = o.Limit, o.Continue, o.AllowWatchBookmarks, in.SendInitialEvents
	if o.TimeoutSeconds != nil {
		c.Timeout = time.Duration(*o.TimeoutSeconds) * time.Second
	}
	return c.oneObject()
}

// oneObject turns the name in the path of a watch into a field selector.
func (c *Call) oneObject() *metav1.Status {
	if c.Name == "" {
		return nil
	}
	if c.Fields != "" {
		s, err := fields.ParseSelector(c.Fields)
		if err != nil {
			return badRequest(err.Error())
		}
		if name, ok := s.RequiresExactMatch("metadata.name"); !ok || name != c.Name {
			return badRequest("fieldSelector metadata.name doesn't match requested name")
		}
	}
	c.Fields, c.Name = fields.OneTermEqualSelector("metadata.name", c.Name).String(), ""
	return nil
}

// deleteOptions reads a delete's options from its body, or from the query when there is none.
func (c *Call) deleteOptions(h Handler, r *http.Request, body []byte) *metav1.Status {
	var o metav1.DeleteOptions
	if len(body) > 0 {
		if status := h.decodeOptions(r, body, &o); status != nil {
			return status
		}
	} else {
		values := r.URL.Query()
		if err := metav1.Convert_url_Values_To_v1_DeleteOptions(&values, &o, nil); err != nil {
			return badRequest(err.Error())
		}
	}
	if errs := validation.ValidateDeleteOptions(&o); len(errs) > 0 {
		return invalidOptions("DeleteOptions", errs)
	}
	c.DryRun, c.Grace = len(o.DryRun) > 0, o.GracePeriodSeconds
	if p := o.Preconditions; p != nil && c.Verb == client.Delete {
		if p.UID != nil {
			c.UID = *p.UID
		}
		if p.ResourceVersion != nil {
			c.Revision = *p.ResourceVersion
		}
	}
	switch {
	case o.PropagationPolicy != nil:
		c.Propagation = *o.PropagationPolicy
	case o.OrphanDependents != nil && *o.OrphanDependents: //nolint:staticcheck // clients of old still ask for it this way
		c.Propagation = metav1.DeletePropagationOrphan
	case o.OrphanDependents != nil: //nolint:staticcheck // see above
		c.Propagation = metav1.DeletePropagationBackground
	}
	return nil
}
