package parity

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"orrery/build/api"
	"orrery/sim"
	"orrery/sim/apiserver/door/publish"
	"orrery/sim/reference"
)

//go:embed prelude.sh
var prelude string

// images are on the nodes of the recorded cluster before a recording, left there by earlier ones.
func images(name string) []string {
	switch {
	case name < "02":
		return nil
	case name < "04":
		return []string{"nginx:1.27"}
	}
	return []string{"nginx:1.26", "nginx:1.27", "nginx:1.28", "nginx:1.29", "nginx"}
}

// chances are the seeds of the worlds that play recordings, where those of the real cluster fell as they did: on which of
// several equal nodes a pod went decides what a drain does.
var chances = map[string]uint64{"05-drain-pdb": 7}

// phases are at which second of a minute recordings began that have something happen every minute.
var phases = map[string]time.Duration{"08-jobs": 58 * time.Second}

// age is how long before the wall's time the world begins: it hurries ahead, and kubectl measures ages by its own clock.
const age = 20 * time.Minute

// deadline bounds one recording in the wall's time.
const deadline = 10 * time.Minute

// Player runs recordings' scripts.
type Player struct {
	Kubectl string // its path; the file's name must be kubectl
	OpenAPI *publish.OpenAPI
}

// Play runs a recording's script with the real kubectl against a server of its own, and compares what came of it.
func (p Player) Play(ctx context.Context, name string) (reference.Outcome, reference.Comparison, error) {
	var o reference.Outcome
	r, err := reference.Load(name)
	if err != nil {
		return o, reference.Comparison{}, err
	}
	dir, err := os.MkdirTemp("", "parity")
	if err != nil {
		return o, reference.Comparison{}, err
	}
	defer os.RemoveAll(dir)
	log := &journal{}
	s, err := api.Start(api.Options{
		World: sim.Config{Seed: cmp.Or(chances[name], 1), Images: images(name)}, Fast: true,
		Begin: time.Now().Add(-age).Truncate(time.Minute).Add(phases[name] - time.Minute), Audit: api.NewAuditor(log),
		OpenAPI: p.OpenAPI,
	})
	if err != nil {
		return o, reference.Comparison{}, err
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	h := &harness{server: s, journal: log, kubectl: p.Kubectl, dir: dir}
	if o.Transcript, err = h.run(ctx, r.Script); err != nil {
		return o, reference.Comparison{}, err
	}
	err = s.Look(func(w *sim.World) error {
		o.Objects, o.Events = reference.Objects(w), reference.Events(w)
		return nil
	})
	if err != nil {
		return o, reference.Comparison{}, err
	}
	steps, err := readSteps(filepath.Join(dir, "steps.tsv"))
	if err != nil {
		return o, reference.Comparison{}, err
	}
	o.Writes, err = writes(log.copy(), steps)
	return o, r.Against(o), err
}

// journal is the audit log in memory.
type journal struct {
	mu    sync.Mutex
	lines int
	text  bytes.Buffer
}

// Write implements io.Writer for one line.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines++
	return j.text.Write(p)
}

func (j *journal) len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lines
}

func (j *journal) copy() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return bytes.Clone(j.text.Bytes())
}

// harness is the other end of a running script: it answers what its functions ask.
type harness struct {
	server  *api.Server
	journal *journal
	kubectl string
	dir     string
}

// run runs a script and returns what it printed.
func (h *harness) run(ctx context.Context, script []string) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			defer conn.Close()
			h.serve(conn)
		}
	}()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return "", err
	}
	for file, text := range map[string][]byte{ // any order
		"admin.kubeconfig": h.server.Kubeconfig(),
		"alice.kubeconfig": bytes.Replace(h.server.Kubeconfig(), []byte("  user:\n"), []byte("  user:\n    as: alice\n"), 1),
	} {
		if err := os.WriteFile(filepath.Join(h.dir, file), text, 0o600); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "bash", "-c", prelude+strings.Join(script, "\n")+"\nstep '(end)'\n")
	cmd.Env = append(os.Environ(), "D="+h.dir, "R="+h.dir, "NS=demo", "AUD=/dev/null", "HARNESS="+port, "HOME="+h.dir,
		"KUBECONFIG="+filepath.Join(h.dir, "admin.kubeconfig"), "PATH="+filepath.Dir(h.kubectl)+":"+os.Getenv("PATH"))
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		err = nil // of the script's last command
	}
	// The recorded transcripts leave the folder out.
	return strings.ReplaceAll(printed.String(), h.dir+"/", ""), err
}

// serve answers a script's questions until it ends.
func (h *harness) serve(conn net.Conn) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		answer, err := h.answer(strings.Fields(lines.Text()))
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Fprintln(conn, answer)
	}
}

func (h *harness) answer(question []string) (string, error) {
	seconds := make([]time.Duration, 2)
	for i, word := range question[1:] {
		n, err := strconv.Atoi(word)
		if err != nil {
			return "", err
		}
		seconds[i] = time.Duration(n) * time.Second
	}
	switch question[0] {
	case "now":
		return strconv.Itoa(h.journal.len()), nil
	case "sleep":
		return "slept", h.server.Pass(seconds[0])
	case "quiet":
		quiet, err := h.server.Quiet(seconds[0], seconds[1])
		if !quiet {
			return "busy", err
		}
		return "quiet", err
	}
	return "", fmt.Errorf("there is no question %q", question[0])
}

// step is where a step of the script begins in the audit log.
type step struct {
	name string
	line int
}

func readSteps(file string) ([]step, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var steps []step
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, "\t")
		n, err := strconv.Atoi(f[0])
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{f[1], n})
	}
	return steps, nil
}

// audited is an Event of the audit log, as far as it is compared.
type audited struct {
	Level string
	Verb  string
	User  struct{ Username string }
	As    *struct{ Username string } `json:"impersonatedUser"`
	Ref   struct {
		Resource, APIGroup, Subresource, Name string
	} `json:"objectRef"`
	Status   struct{ Code int } `json:"responseStatus"`
	Response struct {
		Metadata struct{ Name, GenerateName string }
	} `json:"responseObject"`
}

// name returns the object's name: the answer has it when the request had none.
func (a *audited) name() string {
	if a.Ref.Name == "" && a.Verb == "create" {
		return a.Response.Metadata.Name
	}
	return a.Ref.Name
}

// prefix returns the generateName of an object that the request made.
func (a *audited) prefix() string {
	if a.Verb != "create" || a.Ref.Subresource != "" {
		return ""
	}
	return a.Response.Metadata.GenerateName
}

// writes returns the writes of an audit log as the recordings have them.
func writes(log []byte, steps []step) ([]reference.Write, error) {
	var out []reference.Write
	var names reference.Numbered
	at, n := 0, 0
	for line := range bytes.Lines(log) {
		n++
		for at+1 < len(steps) && n > steps[at+1].line {
			at++
		}
		var e audited
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		if e.Level != "RequestResponse" || len(steps) == 0 {
			continue
		}
		user := e.User.Username
		if e.As != nil {
			user = e.As.Username
		}
		resource := e.Ref.Resource
		if e.Ref.APIGroup != "" {
			resource += "." + e.Ref.APIGroup
		}
		out = append(out, reference.Write{
			Step: steps[at].name, Actor: actor(user), Verb: e.Verb, Resource: resource, Sub: e.Ref.Subresource,
			Name: names.Name(e.name(), e.prefix()), Code: e.Status.Code,
		})
	}
	return out, nil
}

// actor names a user as the recordings do.
func actor(user string) string {
	for _, a := range []struct{ prefix, name string }{
		{"system:serviceaccount:kube-system:", "kcm/"},
		{"system:node:", "kubelet/"},
		{"kubernetes-admin", "kubectl"},
		{"system:kube-scheduler", "scheduler"},
		{"system:kube-controller-manager", "kcm"},
		{"system:apiserver", "apiserver"},
	} {
		if rest, ok := strings.CutPrefix(user, a.prefix); ok {
			return a.name + rest
		}
	}
	return user
}
