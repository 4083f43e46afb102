// Package text holds the words of the page in English and Chinese.
//
// Kubernetes' own nouns (kinds, components, fields, kubectl's output) stay English in both. What the engine says (the
// narrative, the event list) comes from the engine in the language it was asked for.
package text

import (
	"strconv"
	"strings"
)

// Words are the page's words in one language. In a word, {0}, {1} stand for what Fill puts there.
type Words struct {
	// The page
	Page, Skip, Loading, LoadingOf, Failed, MemoryOnly, MemoryWhy, Elsewhere, ElsewhereWhy, Claim, ClaimHint, Dismiss string
	Language, Theme, Lessons, FindLesson, NoLessons, OwnFiles, OwnFilesHint, World, NodeCount, OneNode                string
	Sections, Edit, Picture, Inspect, ShowEdit, ShowPicture, ShowInspect                                              string
	// The dialog for a new cluster
	NewCluster, NewClusterHint, NodesField, NodesHint, Seed, SeedHint, OtherSeed, Create, Cancel string
	// The dialog for a link, and what is said of one that was opened
	Share, ShareTitle, ShareHint, LinkField, LinkLength, LinkLong, CopyLink, CopyEmbed, Copied, Close string
	FromLink, FromLinkWhy, Needs, NeedsWhy                                                            string
	// Workspace
	Files, AddFile, FileMenu, RenameFile, CloseFile, FileName, Changed, Apply, ApplyTitle, Editor, Errors string
	// Event list
	Events, Heartbeats, FilterEvents, GoTo, GoToThis, NoLines, Output, Prompt, PromptExample string
	// Stage
	// The way of a request through the API server
	Way, Received, Authenticated, Authorised, ReadStore, Admitted, Validated, Committed, Answered string

	Stage, Map, Sequence, Objects, Scheduling, Network, Containers, InFlight, OneInFlight string
	AtRest, AtRestText, OfTen, EventNumber                                                string
	// Map
	ControlPlane, Queue, NoPods, Arriving, Score, Requests, OneRequest, Watches, RevisionAt, Keys, More, NotReady string
	PodLabel, NodeLabel, Idle, Waiting, Done                                                                      string
	// Panels of the stage
	Kind, Filter, NoObjects, NoSteps, CopyMermaid, SaveSVG, Pod, Node, NoVerdict, Total, Passed, NotRun, Selected string
	Synced, Services, NoRules, Images, Sandboxes, Calls, NoImages, NoSandboxes, NoCalls, Pulling, Present         string
	Restarts, Ready                                                                                               string
	// Inspector
	Inspector, Object, History, Store, KubernetesEvents, Follow, Nothing, Gone, Revision, Version, Owner, Owns, Selects, Delete string
	Now, From, To, NoDiff, FirstRevision, NoHistory, FilterKeys, KeyCount, Created, AllObjects, NoEvents                        string
	NotFor, You, Missing                                                                                                        string
	// Transport
	Transport, StepBack, Step, Play, Pause, NextWrite, LastWrite, NextOfTen, LastOfTen, UntilQuiet, LastQuiet, Reset, Speed, Time string
	EventOf, TimeAt, Future, Quiet                                                                                                string
	LaneKubectl, LaneAPI, LaneControllers, LaneScheduler, LaneNodes                                                               string
}

// For returns the words of a language: "zh", or else English.
func For(lang string) *Words {
	if lang == "zh" {
		return &chinese
	}
	return &english
}

// Fill puts values in the places {0}, {1}, ... of a word.
func Fill(word string, values ...string) string {
	for i, value := range values {
		word = strings.ReplaceAll(word, "{"+strconv.Itoa(i)+"}", value)
	}
	return word
}
