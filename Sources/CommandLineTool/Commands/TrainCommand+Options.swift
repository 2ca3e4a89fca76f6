import ArgumentParsing

extension TrainCommand {
  /// Refuses options that what is trained does not heed.
  func checkOptions(of subject: Subject) throws(UsageError) {
    let series: Set<Subject> = [.forecast, .seriesClasses]
    let classes: Set<Subject> = [.classes, .seriesClasses]
    let options: [(name: String, isGiven: Bool, heededBy: Set<Subject>)] = [
      ("--label", label != nil, classes),
      ("--labels", labels != nil, [.seriesClasses]),
      ("--epochs", epochs != nil, [.forecast, .classes, .seriesClasses]),
      ("--time", time != nil, series),
      ("--id", id != nil, series),
      ("--channels", channels != nil, series),
      ("--inputs", inputs != nil, series),
      ("--statics", statics != nil, series),
      ("--missing", missing != nil, series),
      ("--duplicates", duplicates != nil, series),
      ("--dates", dates != nil, series),
      ("--split", split != nil, [.forecast]),
      ("--beside", beside != nil, [.forecast]),
      ("--system", system != nil, [.forecast]),
      ("--shared", shared != nil, [.forecast]),
      ("--fix", !fix.isEmpty, [.forecast]),
      ("--range", !range.isEmpty, [.forecast]),
      ("--column", !column.isEmpty, [.forecast]),
      ("--emission", emission != nil, [.forecast]),
    ]
    for option in options where option.isGiven && !option.heededBy.contains(subject) {
      throw .combination(
        "\(option.name) does nothing where \(subject.phrase) learned",
        remedy: subject.remedy(without: option.name))
    }
  }
}

extension TrainCommand.Subject {
  fileprivate var phrase: String {
    switch self {
    case .forecast: "forecasts are"
    case .density: "the density of rows is"
    case .classes: "classes of rows are"
    case .seriesClasses: "classes of series are"
    }
  }

  /// What does the option's job, if something does.
  fileprivate func remedy(without option: String) -> String {
    switch (self, option) {
    case (.density, "--epochs"): "write --set training.steps=5000"
    case (.density, "--channels"): "write --set data.columns=x,y"
    default: "leave it out"
    }
  }
}
