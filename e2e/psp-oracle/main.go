// Psp-oracle answers, with Kubernetes 1.24's own code, what PodSecurityPolicy says of a pod.
//
// Our tests compare the Rust engine with these answers; nothing here is shipped.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

const usage = "usage: psp-oracle < CASES    judge the cases on standard input, one JSON object a line"

func main() {
	if len(os.Args) != 1 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	err := answerAll(os.Stdin, out)
	out.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "psp-oracle:", err)
		os.Exit(2)
	}
}

func answerAll(in io.Reader, out io.Writer) error {
	plugin, err := newPlugin()
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	cases := json.NewDecoder(in)
	for number := 1; ; number++ {
		var c question
		if err := cases.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("case %d: %w", number, err)
		}
		told, err := plugin.answer(c)
		if err != nil {
			return fmt.Errorf("case %d: %w", number, err)
		}
		if err := lines.Encode(told); err != nil {
			return err
		}
	}
}
