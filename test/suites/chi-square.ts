/** P(X ≥ x) of a chi-square variable: the upper incomplete gamma function Q(k/2, x/2) (Abramowitz & Stegun 6.5). */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0) return 1
  const [a, z] = [degrees / 2, x / 2]
  const scale = Math.exp(-z + a * Math.log(z) - logGamma(a))
  if (z < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = a + 1; term > sum * 1e-16; n++) {
      term *= z / n
      sum += term
    }
    return 1 - sum * scale
  }
  let b = z + 1 - a
  let c = 1e300
  let d = 1 / b
  let h = d
  for (let i = 1; i < 10_000; i++) {
    const an = -i * (i - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return h * scale
}

/** ln Γ (Lanczos 1964, with the coefficients for g = 7 and n = 9). */
function logGamma(x: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let sum = 0.9999999999998099
  coefficients.forEach((coefficient, i) => {
    sum += coefficient / (x + i)
  })
  const t = x + 6.5
  return Math.log(Math.sqrt(2 * Math.PI)) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}
