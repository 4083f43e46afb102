package runtime

import (
	"strings"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/shell"
)

// execSync runs a command in a container. What it changes there changes what the container's program does from now on.
func (r *Runtime) execSync(t *engine.Turn, c *cri.Call, data *cri.Data) {
	data.Line = strings.Join(c.Line, " ")
	s, p := r.find(c.Sandbox, c.ID)
	if p == nil || p.started == 0 || p.ended > 0 {
		r.fail(t, c, data, "rpc error: code = NotFound desc = failed to exec in container: container is not running")
		return
	}
	data.Name = p.name
	ran := t.Now() - p.started
	out, missing := p.program.Exec(c.Line, ran, engine.Epoch.Add(p.started))
	if missing != "" {
		r.fail(t, c, data, `rpc error: code = Unknown desc = failed to exec in container: failed to start exec "`+t.Rand().Hex(64)+
			`": OCI runtime exec failed: exec failed: unable to start container process: `+notFound(missing))
		return
	}
	a := &cri.Answer{Call: c, ID: p.id, ExitCode: int32(out.Code), Output: shell.Text(out.Lines)}
	if out.Writes || out.Kills {
		p.program, p.changes = p.program.With(ran, c.Line, out.Kills), p.changes+1
		a.Program = p.program
		r.put(s)
		r.end(t, s, p)
	}
	data.ExitCode = a.ExitCode
	r.answer(t, t.Rand().Draw(r.config.ImageStatus)+out.At, a)
}
