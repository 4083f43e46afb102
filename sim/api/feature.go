package api

import (
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/klog/v2"
	_ "k8s.io/kubernetes/pkg/features" // registers the gates
)

// settleFeatures gives every feature gate its default as if it had been set. Kubernetes otherwise finds the default anew
// in the history of the gate's versions whenever it asks, which validation does dozens of times for one pod.
func settleFeatures() {
	gates := utilfeature.DefaultMutableFeatureGate
	defaults := map[string]bool{}
	for name, spec := range gates.GetAll() { // any order
		if name != "AllAlpha" && name != "AllBeta" {
			defaults[string(name)] = spec.Default
		}
	}
	quiet := gates.(featuregate.MutableFeatureGateWithLogger)
	if err := quiet.SetFromMapWithLogger(klog.Logger{}, defaults); err != nil {
		panic("api: setting the feature gates: " + err.Error())
	}
}
