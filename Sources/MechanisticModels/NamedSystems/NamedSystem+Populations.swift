extension NamedSystem {
  static let populations = [
    NamedSystem(
      "logistic", source: "Verhulst 1838",
      """
      # Growth with a limit
      n' = rate*n*(1 - n/capacity)
      rate     = 1
      capacity = 1 > 0
      n(0) = 0.1
      span = 0..10
      """),
    NamedSystem(
      "lotka-volterra", source: "Lotka 1925; Volterra 1926",
      """
      # Predator and prey; the values are near those of hare and lynx 1900-1920 in thousands
      prey'     = alpha*prey - beta*prey*predator
      predator' = delta*prey*predator - gamma*predator
      alpha = 0.55 > 0     # growth of the prey [1/year]
      beta  = 0.028 > 0    # loss of prey to a predator
      gamma = 0.8 > 0      # death of the predators [1/year]
      delta = 0.024 > 0    # gain of predators from prey
      prey(0) = 30
      predator(0) = 4
      span = 0..20
      """),
    NamedSystem(
      "sir", source: "Kermack and McKendrick 1927",
      """
      # Epidemic: susceptible, infected, recovered; fractions where population = 1
      s' = -infection
      i' = infection - gamma*i
      r' = gamma*i
      infection = beta*s*i/population
      beta  = 0.5 > 0             # contacts that infect [1/day]
      gamma = 0.1 > 0             # recovery [1/day]
      population = 1 > 0 fixed
      s(0) = 0.99
      i(0) = 0.01
      r(0) = 0
      span = 0..100
      """),
    NamedSystem(
      "seir", source: "Anderson and May 1991, chapter 6",
      """
      # Epidemic: susceptible, exposed, infectious, recovered; fractions where population = 1
      s' = -infection
      e' = infection - sigma*e
      i' = sigma*e - gamma*i
      r' = gamma*i
      infection = beta*s*i/population
      beta  = 0.6 > 0             # contacts that infect [1/day]
      sigma = 0.2 > 0             # end of latency [1/day]
      gamma = 0.15 > 0            # recovery [1/day]
      population = 1 > 0 fixed
      s(0) = 0.99
      e(0) = 0.01
      i(0) = 0
      r(0) = 0
      span = 0..150
      """),
  ]
}
