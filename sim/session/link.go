package session

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"runtime/debug"
	"strconv"

	"orrery/sim"
	"orrery/sim/wire"
)

// fileMax is the longest save file that a link may hold, in bytes: a link is made by anybody.
const fileMax = 16 << 20

// share answers with the session as a link: its world, with where it stands, and the workspace as the page has it now.
func (s *Session) share(r *wire.Request, a *wire.Response) error {
	f := s.saved()
	if r.Workspace != nil {
		f.Workspace = *r.Workspace
	}
	f.Workspace.Kept, f.Lang, f.Own = "", "", nil
	f.Version, f.Digest = version(), digest(s.world)
	data, err := json.Marshal(f)
	if err != nil {
		panic("session: what is shared must be plain data: " + err.Error())
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	a.Link = base64.RawURLEncoding.EncodeToString(b.Bytes())
	return nil
}

// follow makes the session that of a link. A link that cannot be read changes nothing.
func (s *Session) follow(link string) error {
	data, err := base64.RawURLEncoding.DecodeString(link)
	if err != nil {
		return errors.New("the link is damaged: some of it is missing, or was changed on its way")
	}
	file, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data)), fileMax+1))
	if err != nil {
		return errors.New("the link is damaged: some of it is missing, or was changed on its way")
	}
	if len(file) > fileMax {
		return fmt.Errorf("the link holds more than %d MB", fileMax>>20)
	}
	linked, err := Load(file)
	if err != nil {
		return err
	}
	linked.lang = s.lang
	*s = *linked
	return nil
}

// checkDigest notes what version a shared world needs, when it has become another than it was for who shared it.
func (s *Session) checkDigest(f *saved) {
	if f.Digest != "" && f.Digest != digest(s.world) {
		s.needs = f.Version
	}
}

// digest says what happened in a world up to where it stands: two worlds with the same digest have the same trace.
func digest(w *sim.World) string {
	h := fnv.New64a()
	var line []byte
	for _, e := range w.Trace()[:min(w.Number(), uint64(len(w.Trace())))] {
		line = append(e.AppendText(line[:0]), '\n')
		h.Write(line)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// version returns of which version Orrery is: the beginning of its revision, with a plus when the sources were changed.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	name, changed := "unknown", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			name = setting.Value[:min(len(setting.Value), 9)]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = "+"
		}
	}
	return name + changed
}
