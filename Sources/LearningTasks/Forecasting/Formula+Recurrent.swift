import Reports

extension ForecastKind {
  /// The change of a recurrent network's state between rows, as the beginning of a formula.
  var betweenRows: Formula {
    switch self {
    case .odeRNN:
      .row(
        .fraction(.name("dh"), .name("dt")), .sign("="), .name("f(h)"), .words(" between rows,  "))
    case .gruD: .words("h fades between rows, missing values are imputed,  ")
    case .rnnDecay: .words("h fades between rows,  ")
    case .rnnImpute: .words("h stays between rows, missing values are imputed,  ")
    default: .words("h stays between rows,  ")
    }
  }
}
