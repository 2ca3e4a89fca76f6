import TimeSeries
import Tables
import ArgumentParsing
import MechanisticModels
import Integrators
import NumericCore

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
    ],
    groups: [
      (
        "Data",
        [
          "data", "time", "id", "series", "column", "channel-column", "value-column", "error",
          "lower-limit", "upper-limit", "missing", "unit", "dates",
        ]
      ),
      (
        "Experiments",
        [
          "per-experiment", "conditions", "doses", "inputs", "interpolation", "from",
          "pre-equilibrate",
        ]
      ),
      (
        "Observations and unknowns",
        ["observe", "likelihood", "prior", "bounds", "fix", "set"]
      ),
      (
        "Search",
        ["search", "method", "starts", "seed", "segments", "network-penalty"]
      ),
      ("Output", ["intervals", "out", "report"]),
    ])

  @Argument(
    value: "system", help: "A name ('neural-ode systems' lists them), or a file of equations.")
  var system: String

  // Data
  @Option(value: "file", help: "CSV, wide or long, or the name of a bundled file.")
  var data: String
  @Option(value: "name", help: "The column of times.") var time: String?
  @Option(value: "name", help: "The column that tells series apart.") var id: String?
  @Option(value: "id", help: "Fits only the series of this id.") var series: String?
  @Option(
    value: "column=name",
    help:
      "A column of the data (of a long table: a channel) and what it measures. Several columns of one quantity are replicates."
  )
  var column: [Assignment] = []
  @Option(
    value: "name",
    help: "Of a long table: the column that names what a row measures ('channel' if not given).")
  var channelColumn: String?
  @Option(
    value: "name", help: "Of a long table: the column of values ('value' if not given).")
  var valueColumn: String?
  @Option(
    value: "column=column",
    help:
      "The known standard errors of a column, as in x=x_se; a column 'x_sd' or 'x_se' is found without it."
  )
  var error: [Assignment] = []
  @Option(
    value: "limit",
    help:
      "The lower limit of quantification that BLQ, LO or LLOQ stand for, of all columns or as in x=0.1."
  )
  var lowerLimit: [String] = []
  @Option(
    value: "limit",
    help: "The upper limit that ALQ, HI or ULOQ stand for, of all columns or as in x=400.")
  var upperLimit: [String] = []
  @Option(help: "Words that mean a missing value; an empty cell is one anyway.")
  var missing: NameList?
  @Option(help: "The unit of t, and of rates, where times are dates; hours if not given.")
  var unit: TimeUnit?
  @Option(help: "What comes first in dates such as 5/4/2024.") var dates: DateOrder?

  // Experiments
  @Option(
    value: "name,…",
    help: "Parameters and initial values that every series has its own value of; others are shared."
  )
  var perExperiment: NameList?
  @Option(
    value: "file",
    help:
      "CSV with a column of ids, and one for each parameter or initial value that is known in each series."
  )
  var conditions: String?
  @Option(value: "file", help: "CSV of doses: TIME, AMT, RATE or DUR, CMT, II, ADDL, SS, EVID, ID.")
  var doses: String?
  @Option(value: "file", help: "CSV with a column for each measured input, at times of its own.")
  var inputs: String?
  @Option(help: "What holds between two measured values of an input.")
  var interpolation = InputSignal.Interpolation.linear
  @Option(value: "time", help: "When the initial values hold.") var from: Double?
  @Flag(help: "Starts every series from the steady state of the equations without doses.")
  var preEquilibrate

  // Observations and unknowns
  @Option(
    value: "statement",
    help:
      "What a column measures and its noise, as after 'observe' in the equations: 'od = scale*x ~ normal', 'x ~ proportional', 'cases = increase(c) ~ poisson'."
  )
  var observe: [String] = []
  @Option(
    value: "noise",
    help:
      "The noise of columns that have none of their own: normal, lognormal, proportional, combined, student (robust), poisson or negbinomial."
  )
  var likelihood = Likelihood.normal
  @Option(
    value: "name=prior",
    help: "A prior: normal(mean, sd), lognormal(mean of log, sd of log) or uniform(lower, upper).")
  var prior: [String] = []
  @Option(
    value: "name=range",
    help: "Bounds of a parameter or initial value, as in k=0.1..10 or 'x(0)=0..'.")
  var bounds: [Assignment] = []
  @Option(help: "A known value, which is not estimated.") var fix: [Assignment] = []
  @Option(help: "Sets where the search for a value starts.") var set: [Assignment] = []

  // Search
  @Option(
    help:
      "Growing stretches of the data, multiple shooting, or gradients by the adjoint; automatic: as the equations and the "
      + "agreement of the starts suggest.")
  var search = Search.automatic
  @Option(
    value: "name",
    help: "The method that solves the equations (see 'neural-ode methods'); rodas5p if stiff.")
  var method = "tsit5"
  @Option(
    value: "number", help: "Number of starting points; 8, or 3 for networks, if not given.")
  var starts: Int?
  @Option(value: "number", help: "Seed of the starting points.") var seed = 0
  @Option(
    value: "number", help: "Segments of multiple shooting; one for three times if not given.")
  var segments: Int?
  @Option(
    value: "size",
    help: "What large weights of networks cost, relative to the spread of the data.")
  var networkPenalty = 1e-3

  // Output
  @Option(help: "Intervals by the profile of the likelihood, or, faster, by its curvature alone.")
  var intervals = Intervals.profile
  @Option(value: "file", help: "Writes the result as JSON, and a report beside it.") var out:
    String?
  @Option(
    value: "file",
    help: "Writes a page with curves, bands, residuals, profiles and correlations.")
  var report: String?

  enum Likelihood: String, CaseIterable, ArgumentValue {
    case normal, lognormal, proportional, combined, student, robust, poisson, negbinomial

    var noise: NoiseModel {
      switch self {
      case .normal: .normal
      case .lognormal: .lognormal
      case .proportional: .proportional
      case .combined: .combined
      case .student, .robust: .student
      case .poisson: .poisson
      case .negbinomial: .negativeBinomial
      }
    }
  }

  enum Intervals: String, CaseIterable, ArgumentValue {
    case profile, laplace
  }

  enum Search: String, CaseIterable, ArgumentValue {
    case automatic, growing, shooting, gradient

    var value: ParameterFit.Search {
      switch self {
      case .automatic: .automatic
      case .growing: .growing
      case .shooting: .shooting
      case .gradient: .gradient
      }
    }
  }

  var files: CommandFiles {
    CommandFiles(
      inputs: [
        ("--data", data), ("--inputs", inputs), ("--doses", doses), ("--conditions", conditions),
      ], outputs: [("--out", out), ("--report", report)])
  }

  func validate() throws(UsageError) {
    if let segments, segments < 2 {
      throw .combination("--segments is \(segments)", remedy: "write 2 or more")
    }
    if networkPenalty < 0 {
      throw .combination(
        "--network-penalty is \(shortText(networkPenalty))", remedy: "write 0 or more")
    }
    if let starts, starts < 1 {
      throw .combination("--starts is \(starts)", remedy: "write 1 or more")
    }
    if seed < 0 { throw .combination("--seed is \(seed)", remedy: "write a number from 0 on") }
    var known: Set<String> = []
    for name in (set + fix).map(\.name) where !known.insert(name).inserted {
      throw .combination("'\(name)' is given twice by --set and --fix", remedy: "keep one of them")
    }
  }
}
