package apiserver

import (
	"maps"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/batch/validation"

	"orrery/sim/api/timezone"
)

var jobs = strategy{
	spec:          partOf(func(j *batchv1.Job) *batchv1.JobSpec { return &j.Spec }),
	status:        partOf(func(j *batchv1.Job) *batchv1.JobStatus { return &j.Status }),
	orphans:       true,
	generation:    true,
	prepareCreate: creating(selectOwnPods),
	validateCreate: onCreate(func(j *batch.Job) field.ErrorList {
		return validation.ValidateJob(j, jobOptions(j, nil))
	}),
	change: change{validate: onUpdate(func(j, old *batch.Job) field.ErrorList {
		opts := jobOptions(j, old)
		return append(validation.ValidateJob(j, opts), validation.ValidateJobUpdate(j, old, opts)...)
	})},
	subresources: statusOnly(onUpdate(func(j, old *batch.Job) field.ErrorList {
		return validation.ValidateJobUpdateStatus(j, old, jobStatusOptions(j, old))
	})),
}

// selectOwnPods makes a job select its pods by its own UID, unless the user says how.
func selectOwnPods(j *batchv1.Job) {
	if j.Spec.ManualSelector != nil && *j.Spec.ManualSelector {
		return
	}
	uid := string(j.UID)
	own := len(j.Labels) > 0 && !maps.Equal(j.Labels, j.Spec.Template.Labels)
	addLabels(&j.Spec.Template.Labels, map[string]string{
		batch.LegacyJobNameLabel: j.Name, batch.JobNameLabel: j.Name,
		batch.LegacyControllerUidLabel: uid, batch.ControllerUidLabel: uid,
	})
	if j.Spec.Selector == nil {
		j.Spec.Selector = &metav1.LabelSelector{}
	}
	addLabels(&j.Spec.Selector.MatchLabels, map[string]string{batch.ControllerUidLabel: uid})
	if !own { // a job without labels of its own has its pods': by default, when it is read from the store
		j.Labels = maps.Clone(j.Spec.Template.Labels)
	}
}

// addLabels adds those labels that are not there yet. What a user set stays: validation refuses it when it is wrong.
func addLabels(to *map[string]string, labels map[string]string) {
	if *to == nil {
		*to = map[string]string{}
	}
	for k, v := range labels { // any order
		if _, ok := (*to)[k]; !ok {
			(*to)[k] = v
		}
	}
}

func jobOptions(j, old *batch.Job) validation.JobValidationOptions {
	if old == nil {
		return validation.JobValidationOptions{
			PodValidationOptions:  podutil.GetValidationOptionsFromPodTemplate(&j.Spec.Template, nil),
			RequirePrefixedLabels: true,
		}
	}
	opts := validation.JobValidationOptions{
		PodValidationOptions: podutil.GetValidationOptionsFromPodTemplate(&j.Spec.Template, &old.Spec.Template),
	}
	opts.AllowInvalidLabelValueInSelector = opts.AllowInvalidLabelValueInSelector ||
		metav1validation.LabelSelectorHasInvalidLabelValue(old.Spec.Selector)
	suspended := old.Spec.Suspend != nil && *old.Spec.Suspend
	began := old.Status.StartTime != nil && !validation.IsConditionTrue(old.Status.Conditions, batch.JobSuspended)
	idle := suspended && !began && old.Status.Active == 0
	opts.AllowMutablePodResources, opts.AllowMutableSchedulingDirectives = idle, idle
	_, named := old.Spec.Template.Labels[batch.JobNameLabel]
	_, owned := old.Spec.Template.Labels[batch.ControllerUidLabel]
	opts.RequirePrefixedLabels = named && owned
	return opts
}

// jobStatusOptions says which rules a status has to keep: those about the fields that a write changes.
func jobStatusOptions(j, old *batch.Job) validation.JobStatusValidationOptions {
	now, was := &j.Status, &old.Status
	turned := func(c batch.JobConditionType) bool {
		return validation.IsConditionTrue(was.Conditions, c) != validation.IsConditionTrue(now.Conditions, c)
	}
	finished := validation.IsJobFinished(old) != validation.IsJobFinished(j)
	complete := validation.IsJobComplete(old) != validation.IsJobComplete(j)
	failed := validation.IsJobFailed(old) != validation.IsJobFailed(j)
	completed, failedIndexes := was.CompletedIndexes != now.CompletedIndexes, !same(was.FailedIndexes, now.FailedIndexes)
	active, ready := was.Active != now.Active, !same(was.Ready, now.Ready)
	started, ended := !sameTime(was.StartTime, now.StartTime), !sameTime(was.CompletionTime, now.CompletionTime)
	indexed := j.Spec.CompletionMode != nil && *j.Spec.CompletionMode == batch.IndexedCompletion
	none := j.Spec.Suspend != nil && *j.Spec.Suspend && j.Spec.Completions != nil && *j.Spec.Completions == 0
	resumes := validation.IsConditionTrue(was.Conditions, batch.JobSuspended) &&
		validation.IsConditionFalse(now.Conditions, batch.JobSuspended)
	return validation.JobStatusValidationOptions{
		RejectDecreasingSucceededCounter:             !indexed || !same(j.Spec.Completions, j.Spec.Parallelism),
		RejectDecreasingFailedCounter:                true,
		RejectDisablingTerminalCondition:             true,
		RejectInvalidCompletedIndexes:                completed,
		RejectInvalidFailedIndexes:                   failedIndexes,
		RejectCompletedIndexesForNonIndexedJob:       completed,
		RejectFailedIndexesForNoBackoffLimitPerIndex: failedIndexes,
		RejectFailedIndexesOverlappingCompleted:      failedIndexes || completed,
		RejectFailedJobWithoutFailureTarget:          failed || failedIndexes,
		RejectCompleteJobWithoutSuccessCriteriaMet:   complete || turned(batch.JobSuccessCriteriaMet),
		RejectFinishedJobWithActivePods:              finished || active,
		RejectFinishedJobWithoutStartTime:            (finished || started) && !none,
		RejectFinishedJobWithUncountedTerminatedPods: finished || !sameUncounted(was, now),
		RejectStartTimeUpdateForUnsuspendedJob:       started && !resumes,
		RejectCompletionTimeBeforeStartTime:          started || ended,
		RejectMutatingCompletionTime:                 true,
		RejectNotCompleteJobWithCompletionTime:       complete || ended,
		RejectCompleteJobWithoutCompletionTime:       complete || ended,
		RejectCompleteJobWithFailedCondition:         complete || failed,
		RejectCompleteJobWithFailureTargetCondition:  complete || turned(batch.JobFailureTarget),
		AllowForSuccessCriteriaMetInExtendedScope:    true,
		RejectMoreReadyThanActivePods:                ready || active,
		RejectFinishedJobWithTerminatingPods:         finished || !same(was.Terminating, now.Terminating),
	}
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func sameTime(a, b *metav1.Time) bool { return a.Equal(b) }

func sameUncounted(a, b *batch.JobStatus) bool {
	return apiequality.Semantic.DeepEqual(a.UncountedTerminatedPods, b.UncountedTerminatedPods)
}

var cronJobs = strategy{
	spec:       partOf(func(j *batchv1.CronJob) *batchv1.CronJobSpec { return &j.Spec }),
	status:     partOf(func(j *batchv1.CronJob) *batchv1.CronJobStatus { return &j.Status }),
	generation: true,
	validateCreate: onCreate(func(j *batch.CronJob) field.ErrorList {
		j, errs := zoned(j)
		return append(validation.ValidateCronJobCreate(j, podutil.GetValidationOptionsFromPodTemplate(&j.Spec.JobTemplate.Spec.Template, nil)), errs...)
	}),
	change: change{validate: onUpdate(func(j, old *batch.CronJob) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodTemplate(&j.Spec.JobTemplate.Spec.Template, &old.Spec.JobTemplate.Spec.Template)
		var errs field.ErrorList
		if !same(j.Spec.TimeZone, old.Spec.TimeZone) {
			j, errs = zoned(j)
		}
		return append(validation.ValidateCronJobUpdate(j, old, opts), errs...)
	})},
	subresources: statusOnly(unchecked),
}

// zoned returns a cron job for Kubernetes' validation, without a time zone that it could not find: it looks for zones on the
// machine. What is wrong with the zone is said in the same words.
func zoned(j *batch.CronJob) (*batch.CronJob, field.ErrorList) {
	zone := j.Spec.TimeZone
	if zone == nil || *zone == "" || strings.EqualFold(*zone, "Local") {
		return j, nil
	}
	c := *j
	c.Spec.TimeZone = nil
	if _, err := timezone.Load(*zone); err != nil {
		return &c, field.ErrorList{field.Invalid(field.NewPath("spec", "timeZone"), zone, err.Error())}
	}
	return &c, nil
}
