package door

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// impersonate reads the Impersonate-* headers; nil when there are none.
func impersonate(h http.Header) *Impersonate {
	i := Impersonate{User: h.Get("Impersonate-User"), UID: h.Get("Impersonate-Uid"), Groups: h.Values("Impersonate-Group")}
	for name, values := range h { // any order
		key, ok := strings.CutPrefix(name, "Impersonate-Extra-")
		if !ok {
			continue
		}
		if i.Extra == nil {
			i.Extra = map[string][]string{}
		}
		key = strings.ToLower(key)
		if plain, err := url.PathUnescape(key); err == nil {
			key = plain
		}
		i.Extra[key] = append(i.Extra[key], values...)
	}
	if i.User == "" && i.UID == "" && len(i.Groups) == 0 && len(i.Extra) == 0 {
		return nil
	}
	return &i
}

// warn adds the warnings as headers, as RFC 7234 writes them: code 299, no agent, quoted text.
func warn(h http.Header, warnings []string) {
	for _, text := range warnings {
		h.Add("Warning", "299 - "+strconv.Quote(text))
	}
}
