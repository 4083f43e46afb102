package api

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// The channels of the protocol by which kubectl exec talks over a WebSocket.
const (
	execProtocol = "v5.channel.k8s.io"
	stdout       = 1
	failure      = 3
)

// stream sends what a command in a container printed, and how it ended, over a WebSocket. It reports false when the client
// did not ask for one.
//
// Simplified: a command gets no input, and what it prints comes all at once when it has ended.
func stream(w http.ResponseWriter, r *http.Request, told *client.Told) bool {
	offered := strings.FieldsFunc(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), func(c rune) bool { return c == ',' || c == ' ' })
	hijacker, ok := w.(http.Hijacker)
	if !ok || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || !slices.Contains(offered, execProtocol) {
		return false
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return false
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: " + execProtocol +
		"\r\nSec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n")
	if told.Text != "" {
		frame(buffered.Writer, binaryFrame, append([]byte{stdout}, told.Text...))
	}
	status, err := json.Marshal(ended(told))
	if err == nil {
		frame(buffered.Writer, binaryFrame, append([]byte{failure}, status...))
	}
	frame(buffered.Writer, closeFrame, []byte{0x03, 0xe8}) // 1000: all is well
	if buffered.Flush() == nil {
		buffered.Reader.ReadByte() // the client's own close, or its end
	}
	return true
}

// ended returns the Status that tells how a command ended.
func ended(told *client.Told) metav1.Status {
	switch {
	case told.Fails != "":
		return metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonInternalError, Code: http.StatusInternalServerError, Message: "Internal error occurred: " + told.Fails}
	case told.Code != 0:
		code := strconv.Itoa(int(told.Code))
		return metav1.Status{
			Status: metav1.StatusFailure, Reason: "NonZeroExitCode", Message: "command terminated with non-zero exit code: error executing command, exit code " + code,
			Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "ExitCode", Message: code}}},
		}
	}
	return metav1.Status{Status: metav1.StatusSuccess}
}

// The kinds of frames that are sent.
const (
	binaryFrame = 0x82
	closeFrame  = 0x88
)

// frame writes one frame of a WebSocket. An error comes back from Flush.
func frame(w *bufio.Writer, kind byte, payload []byte) {
	w.WriteByte(kind)
	switch n := len(payload); {
	case n < 126:
		w.WriteByte(byte(n))
	case n < 1<<16:
		w.WriteByte(126)
		w.Write(binary.BigEndian.AppendUint16(nil, uint16(n)))
	default:
		w.WriteByte(127)
		w.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	w.Write(payload)
}
