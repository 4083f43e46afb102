package runtime

import (
	"slices"
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// Pull is a pull under way: its share at a time is that of the time that has passed.
type Pull struct {
	Image *image.Image
	Start time.Duration
	Due   time.Duration
}

// pulled is the end of a pull.
type pulled struct {
	call  *cri.Call
	image *image.Image
	start time.Duration
}

// image returns what the node has under a name as it stands in a pod, or nil.
func (r *Runtime) image(name string) *image.Image {
	ref, message := image.Parse(name)
	if message != "" {
		return nil
	}
	for _, i := range r.images {
		if i.Reference == ref {
			return i
		}
	}
	return nil
}

func (r *Runtime) imageStatus(t *engine.Turn, c *cri.Call, data *cri.Data) {
	a := &cri.Answer{Call: c, Image: r.image(c.Image)}
	if a.Image != nil {
		data.Bytes = a.Image.Bytes
	}
	r.answer(t, t.Rand().Draw(r.config.ImageStatus), a)
}

func (r *Runtime) pull(t *engine.Turn, c *cri.Call, data *cri.Data) {
	ref, message := image.Parse(c.Image)
	if message != "" {
		r.fail(t, c, data, message)
		return
	}
	if present := r.image(c.Image); present != nil {
		d := t.Rand().Draw(r.config.PullPresent)
		data.Bytes = present.Bytes
		r.answer(t, d, &cri.Answer{Call: c, Image: present})
		return
	}
	img, message := image.Find(ref)
	if message != "" {
		data.Error = message
		r.answer(t, t.Rand().Draw(image.Refusal), &cri.Answer{Call: c, Error: message})
		return
	}
	d := t.Rand().Draw(img.Pull)
	data.Bytes = img.Bytes
	r.pulls = append(slices.Clip(r.pulls), Pull{Image: img, Start: t.Now(), Due: t.Now() + d})
	t.After(d, pulled{call: c, image: img, start: t.Now()})
}

// pulled adds the image to the node's and answers the kubelet.
func (r *Runtime) pulled(t *engine.Turn, p pulled) {
	describe(t, p.call.Pod)
	t.Entry.Verb = "pulled"
	t.Entry.Data = &cri.Data{
		Call: string(cri.PullImage), Image: p.image.Reference.String(), Bytes: p.image.Bytes, Done: true,
	}
	r.pulls = slices.DeleteFunc(slices.Clone(r.pulls), func(u Pull) bool {
		return u.Image.Reference == p.image.Reference && u.Start == p.start
	})
	if r.image(p.image.Reference.String()) == nil {
		r.images = append(slices.Clip(r.images), p.image)
	}
	r.answer(t, t.Rand().Draw(r.config.ImageStatus), &cri.Answer{Call: p.call, Image: p.image})
}
