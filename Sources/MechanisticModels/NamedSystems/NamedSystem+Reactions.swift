extension NamedSystem {
  static let reactions = [
    NamedSystem(
      "brusselator",
      source: "Prigogine and Lefever 1968; values of Hairer, Norsett, Wanner 1993, I.16",
      """
      # An oscillating reaction
      x' = a + x^2*y - (b + 1)*x
      y' = b*x - x^2*y
      a = 1 > 0
      b = 3 > 0
      x(0) = 1.5
      y(0) = 3
      span = 0..20
      """),
    NamedSystem(
      "robertson", source: "Robertson 1966; Hairer and Wanner 1996, section IV.1", isStiff: true,
      """
      # Three reactions whose speeds differ by nine orders of magnitude; stiff
      a' = -k1*a + k3*b*c
      b' = k1*a - k3*b*c - k2*b^2
      c' = k2*b^2
      k1 = 0.04 > 0
      k2 = 3e7 > 0
      k3 = 1e4 > 0
      a(0) = 1
      b(0) = 0
      c(0) = 0
      span = 0..40
      """),
    NamedSystem(
      "hires", source: "Schaefer 1975; Hairer and Wanner 1996, section IV.10", isStiff: true,
      """
      # How light makes plants grow: eight reactants of phytochrome; stiff
      y1' = -1.71*y1 + 0.43*y2 + 8.32*y3 + supply
      y2' = 1.71*y1 - 8.75*y2
      y3' = -10.03*y3 + 0.43*y4 + 0.035*y5
      y4' = 8.32*y2 + 1.71*y3 - 1.12*y4
      y5' = -1.745*y5 + 0.43*y6 + 0.43*y7
      y6' = -binding*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7
      y7' = binding*y6*y8 - 1.81*y7
      y8' = -binding*y6*y8 + 1.81*y7
      supply  = 0.0007 >= 0
      binding = 280 > 0
      y1(0) = 1
      y2(0) = 0
      y3(0) = 0
      y4(0) = 0
      y5(0) = 0
      y6(0) = 0
      y7(0) = 0
      y8(0) = 0.0057
      span = 0..321.8122
      """),
    NamedSystem(
      "oregonator", source: "Field and Noyes 1974; Hairer and Wanner 1996, section IV.10",
      isStiff: true,
      """
      # The oscillating reaction of Belousov and Zhabotinsky; stiff
      x' = s*(y + x*(1 - q*x - y))
      y' = (z - (1 + x)*y)/s
      z' = w*(x - z)
      s = 77.27 > 0
      q = 8.375e-6 > 0
      w = 0.161 > 0
      x(0) = 1
      y(0) = 2
      z(0) = 3
      span = 0..360
      """),
    NamedSystem(
      "cardiovascular",
      source: "Zenker, Rubin, Clermont 2007; in the scaling of Linial et al. 2021 (GOKU-net)",
      """
      # Blood pressure and its reflex; arterial and venous pressure in mmHg, stroke volume in ml
      arterial' = flow/(4*100)                              # pressure / 100
      venous'   = (external - flow)/(111*10)                # pressure / 10
      reflex'   = (1 - sigmoid(width*(pa - setpoint)) - reflex)/20
      stroke'   = 1e-4*external                             # volume / 100
      pa = 100*arterial
      pv = 10*venous
      sv = 100*stroke
      heartrate  = reflex*(3 - 2/3) + 2/3                   # [1/s]
      resistance = reflex*(2.134 - 0.5335) + 0.5335 - relaxation
      flow = -(pa - pv)/resistance + sv*heartrate
      external   = 0 in -2..0                               # bleeding [ml/s]
      relaxation = 0 in 0..0.5                              # of the vessels
      width    = 0.1838 > 0 fixed                           # of the reflex [1/mmHg]
      setpoint = 70 fixed                                   # of the reflex [mmHg]
      arterial(0) = 0.8
      venous(0)   = 0.5
      reflex(0)   = 0.2
      stroke(0)   = 0.95
      span = 0..450
      """),
  ]
}
