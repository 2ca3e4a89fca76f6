extension ODEMethod {
  /// Dormand and Prince's pair 5(4) with Shampine's embedded weights (as torchdiffeq and diffrax
  /// have it) and his quartic for dense output.
  ///
  /// The default.
  public static let dormandPrince5 = ODEMethod(
    name: "dopri5",
    source: "Dormand, Prince, J. Comput. Appl. Math. 6 (1980); "
      + "embedded: Shampine, Math. Comp. 46 (1986)",
    scheme: .explicitRungeKutta(
      dormandPrince(embedded: [
        1951 / 21600, 0, 22642 / 50085, 451 / 720, -12231 / 42400, 649 / 6300, 1 / 60,
      ])))

  /// Dormand and Prince's pair 5(4) with the embedded weights of 1980, which MATLAB, SciPy and
  /// Hairer's code use.
  public static let dormandPrince5Classic = ODEMethod(
    name: "dopri5-classic",
    source: "Dormand, Prince, J. Comput. Appl. Math. 6 (1980), table 2",
    scheme: .explicitRungeKutta(
      dormandPrince(embedded: [
        5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40,
      ])))

  private static func dormandPrince(embedded: [Double]) -> Tableau {
    let last: [Double] = [
      35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84,
    ]
    // Twice the weights of Shampine's solution at the middle of the step.
    let twiceMiddle: [Double] = [
      6025192743 / 30085553152, 0, 51252292925 / 65400821598, -2691868925 / 45128329728,
      187940372067 / 1594534317056, -1776094331 / 19743644256, 11237099 / 235043384,
    ]
    return Tableau(
      nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
      stages: [
        [], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656], last,
      ],
      weights: last + [0], embeddedWeights: embedded, order: 5, embeddedOrder: 4,
      interpolant: .quartic(weights: last + [0], middle: twiceMiddle.map { $0 / 2 }))
  }

  /// Tsitouras's pair 5(4); advances with the fifth-order weights.
  ///
  /// Source: table 1; the interpolant is the paper's, expanded in powers of θ.
  public static let tsitouras5 = ODEMethod(
    name: "tsit5", source: "Tsitouras, Comput. Math. Appl. 62 (2011)",
    scheme: .explicitRungeKutta(tsitouras))

  private static let tsitouras: Tableau = {
    let last: [Double] = [
      0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081,
      2.324710524099774,
    ]
    return Tableau(
      nodes: [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1],
      stages: [
        [], [0.161], [-0.008480655492356989, 0.335480655492357],
        [2.897153057105493, -6.359448489975075, 4.362295432869581],
        [5.325864828439257, -11.748883564062828, 7.495539342889836, -0.09249506636175525],
        [
          5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401,
          -0.028269050394068383,
        ],
        last,
      ],
      weights: last + [0],
      embeddedWeights: [
        0.09468075576583945, 0.009183565540343254, 0.48777052842476157, 1.2342975669304790,
        -2.7077123499835254, 1.8666284181705870, 1 / 66,
      ],
      order: 5, embeddedOrder: 4,
      interpolant: Interpolant(
        coefficients: [
          [1, -2.763706197274826, 2.9132554618219126, -1.0530884977290216],
          [0, 0.13169999999999998, -0.2234, 0.1017],
          [0, 3.9302962368947516, -5.941033872131505, 2.490627285651253],
          [0, -12.411077166933676, 30.33818863028232, -16.548102889244902],
          [0, 37.50931341651104, -88.1789048947664, 47.37952196281928],
          [0, -27.896526289197286, 65.09189467479366, -34.87065786149661],
          [0, 1.5, -4, 2.5],
        ],
        order: 4))
  }()
}
