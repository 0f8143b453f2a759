package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
)

// approveOptions is what approve reads.
type approveOptions struct {
	target config.Target
	plan   string // its id; empty lists those that can be approved
	json   bool
}

func newApprove(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "approve",
		Args: takesOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			o := &approveOptions{target: p.settings.Target, json: p.settings.JSON}
			if len(args) == 0 {
				return listPlans(p.Process, o)
			}
			o.plan = args[0]
			return approvePlan(p.Process, o)
		},
	}
	p.flags(cmd, "portal", "state", "json")
	return cmd
}

// listPlans lists the plans that guards have saved and no run has carried out, the latest first.
func listPlans(p *setup.Process, o *approveOptions) error {
	kept, err := setup.KeptPlans(p, &o.target)
	if err != nil {
		return err
	}
	waiting := []*plan.Saved{}
	for _, k := range kept {
		if k.SpentBy == "" && !k.Expired(time.Now()) {
			waiting = append(waiting, k.Saved)
		}
	}
	if o.json {
		return json.NewEncoder(p.Out).Encode(struct {
			Plans []*plan.Saved `json:"plans"`
		}{waiting})
	}
	if len(waiting) == 0 {
		p.Console.Say("approve.none", "Portal", o.target.Portal)
	}
	for _, s := range waiting {
		show.PlanLine(p.Out, p.Console, s)
	}
	return nil
}

// approvePlan lets the next run of the data set carry out a plan that a guard has saved.
func approvePlan(p *setup.Process, o *approveOptions) error {
	kept, err := setup.KeptPlanNamed(p, &o.target, o.plan)
	if err != nil {
		return err
	}
	switch {
	case kept.SpentBy != "":
		return diagnosis.New(diagnosis.PlanSpent, "ID", kept.ID, "Run", kept.SpentBy)
	case kept.Expired(time.Now()):
		return diagnosis.New(diagnosis.PlanExpired, "ID", kept.ID, "Made", kept.Made.Local().Format(time.DateTime))
	}
	kept.Approved = time.Now().Round(time.Second)
	if err := kept.Write(); err != nil {
		return err
	}
	p.Log.Info("approved", "plan", kept.ID, "changes", kept.Count)
	if o.json {
		return json.NewEncoder(p.Out).Encode(kept.Saved)
	}
	show.PlanLine(p.Out, p.Console, kept.Saved)
	p.Console.Say("approve.done", "Set", kept.DataSet)
	return nil
}
