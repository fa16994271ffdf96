// Oracle answers, with Kubernetes' own libraries, what a manifest means.
//
// Our tests compare the Rust reader with these answers; nothing here is shipped.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	k8syaml "sigs.k8s.io/yaml"
)

const usage = `usage: oracle read FILE...     print every document as kubectl apply -f reads it
       oracle decode FILE...   print the API server's strict decoding errors
       oracle spans FILE...    print where every key and scalar stands
       oracle scalars          print the value of every plain scalar on standard input
       oracle admit            decide about the requests on standard input as Pod Security admission does
       oracle pss              judge the pods on standard input by the Pod Security Standards
       oracle pss-fixtures     print the pods that Pod Security admission tests itself with
       oracle cel              evaluate the CEL expressions on standard input
       oracle cel-conformance  print the cases the CEL specification tests implementations with
       oracle policy           judge requests on standard input by admission policies`

// answer is one line of output.
type answer = map[string]any

func main() {
	streams := map[string]func(*json.Encoder) error{
		"scalars":         func(lines *json.Encoder) error { return scalars(os.Stdin, lines) },
		"admit":           func(lines *json.Encoder) error { return admit(os.Stdin, lines) },
		"pss":             func(lines *json.Encoder) error { return pss(os.Stdin, lines) },
		"pss-fixtures":    pssFixtures,
		"cel":             func(lines *json.Encoder) error { return celQuestions(os.Stdin, lines) },
		"cel-conformance": celConformance,
		"policy":          func(lines *json.Encoder) error { return policyQuestions(os.Stdin, lines) },
	}
	commands := map[string]func(document) []answer{"read": read, "decode": decode, "spans": spans}
	out := bufio.NewWriter(os.Stdout)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	var err error
	if len(os.Args) == 2 && streams[os.Args[1]] != nil {
		err = streams[os.Args[1]](lines)
	} else if len(os.Args) > 2 && commands[os.Args[1]] != nil {
		for _, file := range os.Args[2:] {
			if err = each(file, commands[os.Args[1]], lines); err != nil {
				err = fmt.Errorf("%s: %w", file, err)
				break
			}
		}
	} else {
		err = fmt.Errorf("unknown command\n%s", usage)
	}
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(2)
	}
}

func each(file string, command func(document) []answer, lines *json.Encoder) error {
	text, err := open(file)
	if err != nil {
		return err
	}
	found, err := documents(text)
	if err != nil {
		return err
	}
	for index, d := range found {
		for _, line := range command(d) {
			line["file"], line["index"] = file, index
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// open reads a file as kubectl's FileVisitor does: a byte order mark chooses between UTF-8 and
// UTF-16, and bytes that are not UTF-8 become U+FFFD before any parser sees them.
func open(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(transform.NewReader(f, unicode.BOMOverride(unicode.UTF8.NewDecoder())))
}

func scalars(in io.Reader, lines *json.Encoder) error {
	asked := bufio.NewScanner(in)
	asked.Buffer(nil, 1<<20)
	for asked.Scan() {
		var text string
		if err := json.Unmarshal(asked.Bytes(), &text); err != nil {
			return fmt.Errorf("%q is not a JSON string: %w", asked.Text(), err)
		}
		var told struct{ V json.RawMessage }
		raw, err := k8syaml.YAMLToJSON([]byte("v: " + text + "\n"))
		if err == nil {
			err = json.Unmarshal(raw, &told)
		}
		if err != nil {
			err = lines.Encode(answer{"error": err.Error()})
		} else {
			err = lines.Encode(told.V)
		}
		if err != nil {
			return err
		}
	}
	return asked.Err()
}

// message makes null of a missing error and text of any other.
func message(err error) any {
	if err == nil {
		return nil
	}
	return err.Error()
}
