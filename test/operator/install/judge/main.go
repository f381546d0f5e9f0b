// Judges objects as GitOps tools do, with their own code: a health script of Argo CD in the interpreter that Argo CD
// runs it in, kstatus, and the health check expressions of Flux. A question on standard input, an answer on standard output.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type question struct {
	// The health script of Argo CD.
	Lua string `json:"lua"`
	// The health check expressions of Flux.
	Expressions kustomize.HealthCheckExpressions `json:"expressions"`
	Objects     []json.RawMessage                `json:"objects"`
}

type verdict struct {
	Argo    health `json:"argo"`
	Kstatus string `json:"kstatus"`
	Flux    string `json:"flux"`
}

func main() {
	if err := answer(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer() error {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	flux, err := cel.NewStatusEvaluator(&asked.Expressions)
	if err != nil {
		return err
	}
	verdicts := []verdict{}
	for _, raw := range asked.Objects {
		// Whole numbers become int64, as in every object from the API server.
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(raw); err != nil {
			return err
		}
		found, err := judge(asked.Lua, flux, object)
		if err != nil {
			return fmt.Errorf("%s: %w", object.GetName(), err)
		}
		verdicts = append(verdicts, found)
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}

func judge(script string, flux *cel.StatusEvaluator, object *unstructured.Unstructured) (verdict, error) {
	argo, err := runScript(script, object)
	if err != nil {
		return verdict{}, err
	}
	generic, err := status.Compute(object)
	if err != nil {
		return verdict{}, err
	}
	found := verdict{Argo: argo, Kstatus: string(generic.Status), Flux: string(status.UnknownStatus)}
	// An expression that cannot be evaluated is no verdict: Flux takes it for Unknown and asks again.
	if expressed, err := flux.Evaluate(context.Background(), object); err == nil {
		found.Flux = string(expressed.Status)
	}
	return found, nil
}
