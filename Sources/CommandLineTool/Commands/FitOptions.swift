import ArgumentParsing
import MechanisticModels
import Tables
import TimeSeries

/// Options of `fit`.
struct FitDataOptions: ParameterGroup {
  static let title = "Data"

  @Option(value: "file", help: "CSV, wide or long, or the name of a bundled file.")
  var data: String
  @Option(value: "name", help: "The column of times.") var time: String?
  @Option(value: "name", help: "The column of series ids.") var id: String?
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
      "The lower limit of quantification for BLQ, LO or LLOQ, of all columns or as in x=0.1."
  )
  var lowerLimit: [String] = []
  @Option(
    value: "limit",
    help: "The upper limit for ALQ, HI or ULOQ, of all columns or as in x=400.")
  var upperLimit: [String] = []
  @Option(help: "Words that mean a missing value; an empty cell is one anyway.")
  var missing: NameList?
  @Option(help: "The unit of t, and of rates, where times are dates; hours if not given.")
  var unit: TimeUnit?
  @Option(help: "The order of day and month in dates such as 5/4/2024.") var dates: DateOrder?
}

/// Options of `fit`.
struct FitExperimentOptions: ParameterGroup {
  static let title = "Experiments"

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
}

/// Options of `fit`.
struct FitModelOptions: ParameterGroup {
  static let title = "Observations and unknowns"

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
    value: "statement",
    help:
      "A value to report with its interval, as after 'predict' in the equations: 'cp at 12, 24'.")
  var predict: [String] = []
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
}

/// Options of `fit`.
struct FitSearchOptions: ParameterGroup {
  static let title = "Search"

  @Option(
    help:
      "Growing stretches of the data, multiple shooting, or gradients by the adjoint; automatic: as the equations and the "
      + "agreement of the starts suggest.")
  var search = Search.automatic
  @Option(
    value: "name",
    help:
      "The method that solves the equations (see 'neural-ode methods'); tsit5 unless given, rodas5p if stiff or algebraic."
  )
  var method: String?
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
}

/// Options of `fit`.
struct FitOutputOptions: ParameterGroup {
  static let title = "Output"

  @Option(help: "Intervals by the profile of the likelihood, or, faster, by its curvature alone.")
  var intervals = Intervals.profile
  @Option(value: "file", help: "Writes the result as JSON, and a report next to it.") var out:
    String?
  @Option(
    value: "file",
    help: "Writes a page with curves, bands, residuals, profiles and correlations.")
  var report: String?
  @Option(
    value: "number",
    help:
      "Joint draws of the estimates in the JSON document, which follow the shape of the likelihood."
  )
  var draws = 0

  enum Intervals: String, CaseIterable, ArgumentValue {
    case profile, laplace
  }
}
