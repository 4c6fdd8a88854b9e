/** P(T ≤ t) of Student's t with a whole number of degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4). */
export function studentCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cos = Math.cos(angle)
  const odd = degrees % 2 === 1
  let term = odd ? cos : 1
  let sum = degrees === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cos * cos
    sum += term
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return 0.5 + within / 2
}

/** The t below which a share `q` (0.5…1) of Student's t with `degrees` degrees of freedom lies. NaN without degrees of freedom. */
export function studentQuantile(q: number, degrees: number): number {
  if (!(degrees >= 1)) return Number.NaN
  let low = 0
  let high = 1
  while (studentCdf(high, degrees) < q) high *= 2
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (studentCdf(middle, degrees) < q) low = middle
    else high = middle
  }
  return (low + high) / 2
}
