package apiserver

import (
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	certificatesvalidation "k8s.io/kubernetes/pkg/apis/certificates/validation"
	coordinationvalidation "k8s.io/kubernetes/pkg/apis/coordination/validation"
	"k8s.io/kubernetes/pkg/apis/node"
	nodevalidation "k8s.io/kubernetes/pkg/apis/node/validation"
	schedulingvalidation "k8s.io/kubernetes/pkg/apis/scheduling/validation"

	"orrery/sim/api"
)

var leases = strategy{
	conditional:    true,
	createOnUpdate: true,
	prepareCreate:  creating(func(l *coordinationv1.Lease) { l.Spec.Strategy, l.Spec.PreferredHolder = nil, nil }),
	validateCreate: onCreate(coordinationvalidation.ValidateLease),
	change: change{
		// The feature gate of coordinated leader election is off by default.
		prepare: changing(func(l, old *coordinationv1.Lease) {
			if old.Spec.Strategy == nil {
				l.Spec.Strategy = nil
			}
			if old.Spec.PreferredHolder == nil {
				l.Spec.PreferredHolder = nil
			}
		}),
		validate: onUpdate(coordinationvalidation.ValidateLeaseUpdate),
	},
}

// A PriorityClass' generation is always 1.
var priorityClasses = strategy{
	generation:     true,
	validateCreate: onCreate(schedulingvalidation.ValidatePriorityClass),
	change:         change{validate: onUpdate(schedulingvalidation.ValidatePriorityClassUpdate)},
}

var runtimeClasses = strategy{
	conditional:    true,
	createOnUpdate: true,
	validateCreate: onCreate(nodevalidation.ValidateRuntimeClass),
	change: change{validate: onUpdate(func(c, old *node.RuntimeClass) field.ErrorList {
		return append(nodevalidation.ValidateRuntimeClass(c), nodevalidation.ValidateRuntimeClassUpdate(c, old)...)
	})},
}

var certificateSigningRequests = strategy{
	spec: partOf(func(r *certificatesv1.CertificateSigningRequest) *certificatesv1.CertificateSigningRequestSpec {
		return &r.Spec
	}),
	status: partOf(func(r *certificatesv1.CertificateSigningRequest) *certificatesv1.CertificateSigningRequestStatus {
		return &r.Status
	}),
	prepareCreate:  signRequester,
	validateCreate: onCreate(certificatesvalidation.ValidateCertificateSigningRequestCreate),
	change: change{
		prepare:  changing(func(r, old *certificatesv1.CertificateSigningRequest) { r.Spec = old.Spec }),
		validate: onUpdate(certificatesvalidation.ValidateCertificateSigningRequestUpdate),
	},
	subresources: map[string]change{
		"status": {
			prepare: func(in call, o, old api.Object) {
				r, was := o.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
				keepDecision(r, was, certificatesv1.CertificateApproved)
				keepDecision(r, was, certificatesv1.CertificateDenied)
				stampConditions(in, r, was)
			},
			validate: onUpdate(certificatesvalidation.ValidateCertificateSigningRequestStatusUpdate),
		},
		"approval": {
			prepare: func(in call, o, old api.Object) {
				r, was := o.(*certificatesv1.CertificateSigningRequest), old.(*certificatesv1.CertificateSigningRequest)
				stampConditions(in, r, was)
				conditions := r.Status.Conditions
				r.Spec, r.Status = was.Spec, was.Status
				r.Status.Conditions = conditions
			},
			validate: onUpdate(certificatesvalidation.ValidateCertificateSigningRequestApprovalUpdate),
		},
	},
}

// signRequester writes who asks into the request.
func signRequester(in call, o api.Object) {
	r := o.(*certificatesv1.CertificateSigningRequest)
	r.Spec.Username, r.Spec.UID, r.Spec.Groups, r.Spec.Extra = in.request.User, "", in.request.Groups, nil
	if len(in.request.Extra) > 0 {
		r.Spec.Extra = map[string]certificatesv1.ExtraValue{}
		for k, v := range in.request.Extra { // any order
			r.Spec.Extra[k] = v
		}
	}
}

// keepDecision takes the conditions of a type from the old request when there are as many of them: only an approval
// changes those.
func keepDecision(r, old *certificatesv1.CertificateSigningRequest, kind certificatesv1.RequestConditionType) {
	at := func(r *certificatesv1.CertificateSigningRequest) (indices []int) {
		for i, c := range r.Status.Conditions {
			if c.Type == kind {
				indices = append(indices, i)
			}
		}
		return indices
	}
	now, was := at(r), at(old)
	if len(now) != len(was) {
		return
	}
	for i := range was {
		r.Status.Conditions[now[i]] = old.Status.Conditions[was[i]]
	}
}

// stampConditions fills in when conditions were written and when they turned.
func stampConditions(in call, r, old *certificatesv1.CertificateSigningRequest) {
	for i := range r.Status.Conditions {
		c := &r.Status.Conditions[i]
		if c.LastUpdateTime.IsZero() {
			c.LastUpdateTime = in.now
		}
		if !c.LastTransitionTime.IsZero() {
			continue
		}
		c.LastTransitionTime = in.now
		for _, was := range old.Status.Conditions {
			if was.Type == c.Type && was.Status == c.Status && !was.LastTransitionTime.IsZero() {
				c.LastTransitionTime = was.LastTransitionTime
				break
			}
		}
	}
}
