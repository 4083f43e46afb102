package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"

	authenticationv1 "k8s.io/api/authentication/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
)

// Auditor writes the audit log of an API server: an audit.k8s.io/v1 Event a line for every request when its answer was
// complete, with the bodies of writes. Its times are the world's.
type Auditor struct {
	out     io.Writer
	number  uint64
	written error
}

// NewAuditor returns an auditor that writes to out.
func NewAuditor(out io.Writer) *Auditor { return &Auditor{out: out} }

// Err returns why the log is not complete.
func (a *Auditor) Err() error { return a.written }

// Answered implements apiserver.Auditor.
func (a *Auditor) Answered(received, answered time.Time, r *client.Response) {
	if a.written != nil {
		return
	}
	a.number++
	line, err := json.Marshal(newAudit(a.number, received, answered, r))
	if err == nil {
		_, err = a.out.Write(append(line, '\n'))
	}
	if err != nil {
		a.written = fmt.Errorf("writing the audit log: %w", err)
	}
}

// newAudit returns the audit Event of a request and its answer.
func newAudit(number uint64, received, answered time.Time, r *client.Response) *auditv1.Event {
	q := r.Request
	res := api.Find(q.Resource)
	e := &auditv1.Event{
		TypeMeta: metav1.TypeMeta{Kind: "Event", APIVersion: auditv1.SchemeGroupVersion.String()},
		Level:    auditv1.LevelMetadata, AuditID: auditID(number), Stage: auditv1.StageResponseComplete,
		RequestURI: uri(q, res), Verb: string(q.Verb), User: userInfo(q), SourceIPs: []string{"127.0.0.1"},
		UserAgent: agent(q.User), ObjectRef: reference(q, res, r),
		ResponseStatus:           &metav1.Status{Code: int32(r.Code)},
		RequestReceivedTimestamp: metav1.NewMicroTime(received.Truncate(time.Microsecond)),
		StageTimestamp:           metav1.NewMicroTime(answered.Truncate(time.Microsecond)),
		Annotations:              map[string]string{"authorization.k8s.io/decision": decision(r)},
	}
	if r.Error != nil {
		e.ResponseStatus = &metav1.Status{Status: r.Error.Status, Message: r.Error.Message, Reason: r.Error.Reason, Details: r.Error.Details, Code: r.Error.Code}
	}
	switch q.Verb {
	case client.Get, client.List, client.WatchVerb:
		return e
	}
	e.Level = auditv1.LevelRequestResponse
	e.RequestObject, e.ResponseObject = requestBody(q), responseBody(r)
	return e
}

// auditID returns an ID that no other Event of the log has.
func auditID(number uint64) types.UID {
	return types.UID(fmt.Sprintf("00000000-0000-4000-8%03x-%012x", number>>48, number&(1<<48-1)))
}

func userInfo(q *client.Request) authenticationv1.UserInfo {
	u := authentication.Of(q)
	info := authenticationv1.UserInfo{Username: u.Name, UID: u.UID, Groups: u.Groups}
	for k, v := range u.Extra { // any order
		if info.Extra == nil {
			info.Extra = map[string]authenticationv1.ExtraValue{}
		}
		info.Extra[k] = v
	}
	return info
}

// agent names the program that a component is.
func agent(user string) string {
	switch name, _, _ := strings.Cut(user, "/"); name {
	case "kubectl":
		return "kubectl/v0.0.0 (linux/amd64) kubernetes/$Format"
	case "kubelet", "kube-proxy":
		return name + "/" + api.Version
	case "scheduler":
		return "kube-scheduler/" + api.Version + "/scheduler"
	case "apiserver":
		return "kube-apiserver/" + api.Version
	}
	return "kube-controller-manager/" + api.Version + "/system:serviceaccount:kube-system:" + user
}

// uri returns the path and query by which the request would have come over HTTP.
func uri(q *client.Request, res *api.Resource) string {
	path := "/api/v1"
	plural, group, _ := strings.Cut(q.Resource, ".")
	if res != nil {
		plural, group = res.Plural, res.Kind.Group
	}
	if group != "" {
		path = "/apis/" + group + "/v1"
		if res != nil {
			path = "/apis/" + res.Kind.GroupVersion().String()
		}
	}
	if q.Namespace != "" && q.Resource != "namespaces" {
		path += "/namespaces/" + q.Namespace
	}
	path += "/" + plural
	if q.Name != "" && q.Verb != client.Create || q.Subresource != "" {
		path += "/" + q.Name
	}
	if q.Subresource != "" {
		path += "/" + q.Subresource
	}
	if query := query(q); len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

func query(q *client.Request) url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	switch q.Verb {
	case client.Create, client.Update, client.Patch:
		set("fieldManager", q.Manager)
		set("fieldValidation", q.FieldValidation)
	}
	set("labelSelector", q.Labels)
	set("fieldSelector", q.Fields)
	if q.DryRun {
		v.Set("dryRun", metav1.DryRunAll)
	}
	if q.Verb == client.WatchVerb {
		v.Set("watch", "true")
	}
	return v
}

func reference(q *client.Request, res *api.Resource, r *client.Response) *auditv1.ObjectReference {
	ref := &auditv1.ObjectReference{Resource: q.Resource, Namespace: q.Namespace, Name: q.Name, Subresource: q.Subresource}
	if res != nil {
		ref.Resource, ref.APIGroup, ref.APIVersion = res.Plural, res.Kind.Group, res.Kind.Version
	}
	if q.Verb == client.Create && (r.Code == http.StatusBadRequest || decision(r) == "forbid") {
		ref.Name = "" // nobody has read what was sent
	} else if ref.Name == "" && q.Verb == client.Create {
		ref.Name = sentName(q)
	}
	if q.Resource == "namespaces" {
		ref.Namespace = ref.Name
	}
	return ref
}

// sentName returns the name in the body of a request.
func sentName(q *client.Request) string {
	if q.Object != nil {
		return q.Object.GetName()
	}
	var o metav1.PartialObjectMetadata
	if json.Unmarshal(q.Body, &o) != nil {
		return ""
	}
	return o.Name
}

func decision(r *client.Response) string {
	if r.Code == http.StatusForbidden && r.Error != nil && r.Error.Reason == metav1.StatusReasonForbidden &&
		strings.Contains(r.Error.Message, "cannot "+string(r.Request.Verb)) {
		return "forbid"
	}
	return "allow"
}

func requestBody(q *client.Request) *runtime.Unknown {
	switch {
	case q.PatchData != nil:
		return raw(json.RawMessage(q.PatchData))
	case q.Object != nil:
		return raw(api.WithKind(q.Object))
	case q.Body != nil:
		return raw(json.RawMessage(q.Body))
	case q.Verb == client.Delete || q.Verb == client.DeleteCollection:
		o := metav1.DeleteOptions{TypeMeta: metav1.TypeMeta{Kind: "DeleteOptions", APIVersion: "v1"}, GracePeriodSeconds: q.Grace}
		if q.Propagation != "" {
			o.PropagationPolicy = &q.Propagation
		}
		return raw(o)
	}
	return nil
}

func responseBody(r *client.Response) *runtime.Unknown {
	switch {
	case r.Error != nil:
		status := *r.Error
		status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		return raw(status)
	case r.Object != nil:
		return raw(api.WithKind(r.Object))
	}
	return nil
}

// raw returns an object's JSON. What is no JSON, such as a patch that is refused for it, is left out.
func raw(v any) *runtime.Unknown {
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return &runtime.Unknown{Raw: text, ContentType: runtime.ContentTypeJSON}
}
