import NumericCore
import TimeSeries
import Tables
import ArgumentParsing
import MechanisticModels
import Integrators

/// `neural-ode fit`: parameters and initial state of known equations, from data.
struct FitCommand: Command {
  static let page = CommandPage(
    verb: "fit", summary: "Estimates parameters and initial values of known equations from data.",
    discussion:
      "Columns of the data with the name of a state, an intermediate or an 'observe' statement of the equations are "
      + "fitted; --column maps others, and what the equations do not name is ignored. Series with different ids are experiments "
      + "that are fitted together. Every parameter and initial value is estimated unless it is 'fixed' in the equations, given "
      + "by --fix, or a column of the data; 'x(0)' names the initial value of x. Initial values belong to the start of the span of the "
      + "equations (--from; 0 without a span), not to the first row. A cell '<0.1', '>50', or BLQ, LO or HI with a limit is a "
      + "censored value; several rows at one time are replicates; columns AMT, RATE, CMT, II, ADDL, SS, EVID hold doses. Each "
      + "observed column has noise of a size of its own, which is estimated. Where times are dates, t counts hours from "
      + "the first, or what --unit gives. Intervals are of 95 %. Docs/Fitting.md is the guide.",
    examples: [
      "fit lotka-volterra --data lynx_hare.csv --column hare=prey --column lynx=predator",
      "fit sir --data tristan.csv --column infected=i --column recovered=r --fix 'r(0)=0'",
      "fit oral.ode --data pk.csv --column DV=cp --per-experiment cl,v --likelihood proportional",
      "fit mine.ode --data mine.csv --observe 'od = scale*x ~ normal' --prior 'k=normal(1, 0.2)'",
      "fit decay.ode --data assay.csv --lower-limit 0.1 --report fit.html --json",
      "fit robertson --data kinetics.csv --likelihood lognormal --method rodas5p",
    ])

  @Argument(
    value: "system", help: "A name ('neural-ode systems' lists them), or a file of equations.")
  var system: String

  var table = FitDataOptions()
  var runs = FitExperimentOptions()
  var model = FitModelOptions()
  var searching = FitSearchOptions()
  var output = FitOutputOptions()

  var files: CommandFiles {
    CommandFiles(
      inputs: [
        ("--data", table.data), ("--inputs", runs.inputs), ("--doses", runs.doses),
        ("--conditions", runs.conditions),
      ], outputs: [("--out", output.out), ("--report", output.report)])
  }

  func validate() throws(UsageError) {
    if let segments = searching.segments, segments < 2 {
      throw .combination("--segments is \(segments)", fix: "write 2 or more")
    }
    if searching.networkPenalty < 0 {
      throw .combination(
        "--network-penalty is \(shortText(searching.networkPenalty))", fix: "write 0 or more")
    }
    if let starts = searching.starts, starts < 1 {
      throw .combination("--starts is \(starts)", fix: "write 1 or more")
    }
    if !(0...1_000_000).contains(output.draws) {
      throw .combination("--draws is \(output.draws)", fix: "write 0 to 1000000")
    }
    if searching.seed < 0 {
      throw .combination("--seed is \(searching.seed)", fix: "write a number from 0 on")
    }
    var known: Set<String> = []
    for name in (model.set + model.fix).map(\.name) where !known.insert(name).inserted {
      throw .combination("'\(name)' is given twice by --set and --fix", fix: "keep one of them")
    }
  }
}
