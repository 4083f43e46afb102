package apiserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// continueToken says where the next page of a list begins. Its encoding is that of k8s.io/apiserver/pkg/storage, so that
// a token looks the same.
type continueToken struct {
	Version  string `json:"v"`
	Revision int64  `json:"rv"`
	Start    string `json:"start"` // key after the list's prefix
}

const tokenVersion = "meta.k8s.io/v1"

func (c continueToken) encode() string {
	c.Version = tokenVersion
	data, _ := json.Marshal(c) // strings and a number
	return base64.RawURLEncoding.EncodeToString(data)
}

func decodeContinue(token string) (continueToken, error) {
	var c continueToken
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return c, tokenError(err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, tokenError(err)
	}
	switch {
	case c.Version != tokenVersion:
		return c, fmt.Errorf("%w %v", errVersion, c.Version)
	case c.Revision == 0:
		return c, errStart
	case c.Start == "":
		return c, errKey
	}
	if key := "/" + strings.TrimPrefix(c.Start, "/"); path.Clean(key) != key { // it must not climb out of its list
		return c, tokenError(c.Start)
	}
	return c, nil
}
