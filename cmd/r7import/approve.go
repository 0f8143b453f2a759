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

func newApprove(p *program) *cobra.Command {
	return p.command("approve", p.takes(1), func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return listPlans(p.Process, &p.settings)
		}
		return approvePlan(p.Process, &p.settings, args[0])
	}, "portal", "state", "json")
}

// listPlans lists the saved plans that are not carried out and not expired, latest first.
func listPlans(p *setup.Process, s *config.Settings) error {
	kept, err := setup.KeptPlans(p, &s.Target)
	if err != nil {
		return err
	}
	waiting := []*plan.Saved{}
	for _, k := range kept {
		if k.SpentBy == "" && !k.Expired(time.Now()) {
			waiting = append(waiting, k.Saved)
		}
	}
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(map[string]any{"plans": waiting})
	}
	if len(waiting) == 0 {
		p.Console.Say("approve.none", "Portal", s.Portal)
	}
	for _, saved := range waiting {
		show.PlanLine(p.Out, p.Console, saved)
	}
	return nil
}

// approvePlan approves a saved plan, so that the next run of its data set carries it out.
func approvePlan(p *setup.Process, s *config.Settings, id string) error {
	kept, err := setup.KeptPlanNamed(p, &s.Target, id)
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
	if s.JSON {
		return json.NewEncoder(p.Out).Encode(kept.Saved)
	}
	show.PlanLine(p.Out, p.Console, kept.Saved)
	p.Console.Say("approve.done", "Set", kept.DataSet)
	return nil
}
