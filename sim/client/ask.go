package client

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/engine"
)

// KubeletAddress returns the address of a node's kubelet.
func KubeletAddress(node string) engine.Address { return engine.Address("kubelet/" + node) }

// Ask is a request that the API server hands on to a kubelet: for what only that knows. It is not changed once sent.
type Ask struct {
	Request   *Request
	Caller    engine.Address // whom the API server is to answer
	Received  time.Time      // by the API server
	Pod       types.UID
	Container string
	Log       *corev1.PodLogOptions
	Exec      []string // a command to run
}

// Told is what the kubelet says to an Ask.
type Told struct {
	Ask   *Ask
	Text  string
	Next  time.Time // of a log that is followed: what was printed before this is in the text
	Open  bool      // more may come
	Code  int32     // exit code of a command
	Fails string    // why a command could not be started
	Wrong string    // why it has nothing to say
}
