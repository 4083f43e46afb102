package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func thousand() Pods {
	var pods Pods
	for i := range 1000 {
		name := fmt.Sprintf("web-f4697757c-%05d", i*7)
		pods = append(pods, Pod{Namespace: "default", Name: name, Tone: tones[i%len(tones)], Changed: i%3 == 0})
	}
	return pods
}

func TestPodsSurvive(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, pods := range map[string]Pods{
		"crowded":   thousand(),
		"long":      {{Namespace: long, Name: long + "a", Tone: "ok"}, {Namespace: long, Name: long + "b", Tone: "gone"}},
		"one":       {{Namespace: "a", Name: "b", Tone: "wait", Changed: true}},
		"with room": {{Namespace: "a", Name: "b", Tone: "ok", Status: "Running", Ready: "1/1", IP: "10.244.0.2", Score: 3, Changed: true}},
		"other":     {{Namespace: "a", Name: "b", Tone: "odd"}},
		"none":      nil,
	} {
		data, err := json.Marshal(Node{Pods: pods})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var back Node
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back.Pods, pods) {
			t.Errorf("%s: %v: %s gives\n%v, want\n%v", name, err, data, back.Pods, pods)
		}
	}
	if data, _ := json.Marshal(thousand()); len(data) > 10_000 {
		t.Errorf("a thousand pods take %d bytes", len(data))
	}
}

func TestMarksSurvive(t *testing.T) {
	var marks Marks
	for i := range 400 {
		marks = append(marks, Mark{Event: 3 * i, At: int64(i) * 12_345_678, Lane: lanes[i%len(lanes)], Kind: kinds[i%len(kinds)]})
	}
	for _, want := range []Marks{marks, marks[7:], nil} {
		data, err := json.Marshal(View{Marks: want})
		if err != nil {
			t.Fatal(err)
		}
		var back View
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back.Marks, want) {
			t.Errorf("%v: %s gives\n%v, want\n%v", err, data, back.Marks, want)
		}
	}
	if data, _ := json.Marshal(marks); len(data) > 10*len(marks) {
		t.Errorf("%d marks take %d bytes", len(marks), len(data))
	}
}

func TestDamagedListsAreRefused(t *testing.T) {
	for _, written := range []string{`"o"`, `"o0a/b"`, `"x0a/b "`, `"o5a/b "`, `"o!a/b "`} {
		if err := json.Unmarshal([]byte(written), &Pods{}); err == nil {
			t.Errorf("pods %s were read", written)
		}
	}
	for _, written := range []string{`"1"`, `"1A"`, `"1A2"`, `"1Z2A"`, `"1A2Z"`, `"!A2A"`} {
		if err := json.Unmarshal([]byte(written), &Marks{}); err == nil {
			t.Errorf("marks %s were read", written)
		}
	}
}
