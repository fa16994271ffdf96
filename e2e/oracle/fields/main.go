// Fields derives the table of Pod fields, and the Kubernetes version each came with, from the Go
// types of k8s.io/api.
//
// It reads source text and links nothing, so that one run can look at twenty versions.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
)

// versions are the last patch releases of every minor version looked at, oldest first. The proxy
// has no v0.18.20; patch releases add no fields.
var versions = []string{
	"v0.16.15", "v0.17.17", "v0.18.19", "v0.19.16", "v0.20.15", "v0.21.14", "v0.22.17", "v0.23.17",
	"v0.24.17", "v0.25.16", "v0.26.15", "v0.27.16", "v0.28.15", "v0.29.15", "v0.30.14", "v0.31.14",
	"v0.32.13", "v0.33.13", "v0.34.13", "v0.35.10", "v0.36.6", "v0.37.2",
}

// roots are the kinds whose fields are wanted, with everything they reach.
var roots = []string{
	"Pod", "PodTemplate", "ReplicationController", "ReplicaSet", "Deployment", "StatefulSet",
	"DaemonSet", "Job", "CronJob",
}

func main() {
	out := flag.String("out", "../../../crates/object/src/schema/pod_fields.txt", "file to write")
	date := flag.String("date", "", "date to put into the header")
	flag.Parse()
	if err := run(*out, *date); err != nil {
		fmt.Fprintln(os.Stderr, "fields:", err)
		os.Exit(1)
	}
}

func run(out, date string) error {
	t := newTable()
	for i := len(versions) - 1; i >= 0; i-- {
		s := newSource()
		for _, module := range []string{"k8s.io/api", "k8s.io/apimachinery"} {
			folder, err := download(module, versions[i])
			if err != nil {
				return err
			}
			s.folders[module] = folder
		}
		if err := t.merge(s, i); err != nil {
			return fmt.Errorf("%s: %w", versions[i], err)
		}
	}
	var text bytes.Buffer
	t.write(&text, date)
	return os.WriteFile(out, text.Bytes(), 0o644)
}

// download puts a module into the module cache and returns its folder there.
func download(module, version string) (string, error) {
	text, err := exec.Command("go", "mod", "download", "-json", module+"@"+version).Output()
	var told struct{ Dir, Error string }
	if parse := json.Unmarshal(text, &told); parse != nil {
		return "", fmt.Errorf("downloading %s %s: %w", module, version, err)
	}
	if told.Error != "" {
		return "", fmt.Errorf("downloading %s %s: %s", module, version, told.Error)
	}
	return told.Dir, nil
}
