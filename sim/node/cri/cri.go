// Package cri is what a kubelet and its container runtime say to each other: the Container Runtime Interface. A Call is
// answered by an Answer once the runtime is done; a container that ends by itself is reported as Exited.
//
// It leaves out streaming, logs, stats and most options. Models k8s.io/cri-api/pkg/apis/runtime/v1.
package cri

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/node/image"
)

// Op is a call's name.
type Op string

// The calls that are simulated.
const (
	RunPodSandbox    Op = "RunPodSandbox"
	StopPodSandbox   Op = "StopPodSandbox"
	RemovePodSandbox Op = "RemovePodSandbox"
	ImageStatus      Op = "ImageStatus"
	PullImage        Op = "PullImage"
	CreateContainer  Op = "CreateContainer"
	StartContainer   Op = "StartContainer"
	StopContainer    Op = "StopContainer"
	RemoveContainer  Op = "RemoveContainer"
	ExecSync         Op = "ExecSync"
)

// Pod says which pod a call is about.
type Pod struct {
	UID       types.UID
	Namespace string
	Name      string
}

// Call is a call of the kubelet. Tag is the kubelet's own and comes back in the Answer. It is not changed once sent.
type Call struct {
	Op        Op
	Pod       Pod
	Tag       uint64
	Container int // index of the container in the pod, init containers first; the Answer's reader needs it
	Host      bool
	Sandbox   string
	ID        string        // of the container, from CreateContainer's answer on
	Name      string        // of the container, when it is created
	Attempt   int32         // how often the container was created before
	Image     string        // as it stands in the pod
	Start     *image.Start  // of a container that is created
	Line      []string      // of an ExecSync
	Grace     time.Duration // between SIGTERM and SIGKILL
}

// Answer is the runtime's answer. Error is empty unless the call failed.
type Answer struct {
	Call     *Call
	Error    string
	Sandbox  string
	IP       string
	ID       string
	Image    *image.Image  // nil when ImageStatus found none
	At       time.Duration // when the container started, or ended
	ExitCode int32
	Reason   string // "OOMKilled", or empty for the usual ones
	Output   string // of an ExecSync
	// Program is what the container does: after its creation, and after an ExecSync that changed it.
	Program *image.Program
}

// Exited reports that a container's process ended by itself.
type Exited struct {
	Pod       Pod
	Container int // index, as the Call that started it said
	ID        string
	Name      string
	At        time.Duration
	ExitCode  int32
	Reason    string
}

// Data is what the trace says of a call, of its answer (Done) and of an exit.
type Data struct {
	Call     string `json:"call,omitempty"`
	Name     string `json:"container,omitempty"`
	ID       string `json:"id,omitempty"`
	Image    string `json:"image,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`
	IP       string `json:"ip,omitempty"`
	ExitCode int32  `json:"exitCode,omitempty"`
	Line     string `json:"command,omitempty"` // of an ExecSync
	Error    string `json:"error,omitempty"`
	Done     bool   `json:"done,omitempty"`
}
