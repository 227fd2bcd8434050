#!/usr/bin/env Rscript
# Writes the answers of R to the cases of python.json, for the tests of statistics.
#
#     Rscript make_statistics.R python.json > r.json     (scripts/make-oracles calls it)
suppressPackageStartupMessages({
  library(jsonlite)
  library(lme4)
  library(lmerTest)
})
options(warn = -1)
cases <- fromJSON(commandArgs(trailingOnly = TRUE)[1], simplifyMatrix = FALSE)

# The R data frame of a case; predictors and factors become columns.
predictors_of <- function(case) setNames(as.data.frame(case$predictors), paste0("x", seq_along(case$predictors)))

pair_answers <- function(case) {
  t <- t.test(case$first, case$second, paired = TRUE)
  # Exact for up to nine pairs without ties; beyond, an Edgeworth series.
  untied <- !anyDuplicated(case$first) && !anyDuplicated(case$second) && length(case$first) %in% 3:9
  spearman <- if (untied) cor.test(case$first, case$second, method = "spearman", exact = TRUE)$p.value
  list(t = unname(t$statistic), t_p = t$p.value, interval = as.numeric(t$conf.int), spearman_p = spearman)
}

# The interval of a standardised mean: noncentral t with t as its quantiles.
standardised_interval <- function(t, df, scale) {
  limit <- function(tail) {
    uniroot(function(nc) pt(t, df, nc) - tail, c(-30, 36), tol = 1e-13)$root / scale
  }
  c(limit(0.975), limit(0.025))
}
paired_g_interval <- function(case) {
  n <- length(case$first)
  d <- case$first - case$second
  if (n < 3) return(NULL)
  standardised_interval(mean(d) / sd(d) * sqrt(n), n - 1, sqrt(n))
}
g_interval <- function(first, second) {
  n <- length(first); m <- length(second)
  second <- second - first[1]; first <- first - first[1]
  pooled <- sqrt(((n - 1) * var(first) + (m - 1) * var(second)) / (n + m - 2))
  scale <- sqrt(n * m / (n + m))
  standardised_interval((mean(first) - mean(second)) / pooled * scale, n + m - 2, scale)
}

group_answers <- function(case) {
  groups <- lapply(case$groups, function(group) as.numeric(group))
  y <- unlist(groups)
  g <- factor(rep(seq_along(groups), lengths(groups)))
  tukey <- TukeyHSD(aov(I(y - y[1]) ~ g))$g
  table <- summary(aov(I(y - y[1]) ~ g))[[1]]
  list(f = table[1, "F value"],
       kruskal = unname(kruskal.test(y, g)$statistic),
       welch = unname(t.test(groups[[1]], groups[[2]])$statistic),
       welch_df = unname(t.test(groups[[1]], groups[[2]])$parameter),
       welch_p = t.test(groups[[1]], groups[[2]])$p.value,
       g_interval = g_interval(groups[[1]], groups[[2]]),
       # TukeyHSD has second − first, in the order 2−1, 3−1, …, 3−2, …
       tukey_difference = unname(-tukey[, "diff"]), tukey_p = unname(tukey[, "p adj"]),
       tukey_low = unname(-tukey[, "upr"]), tukey_high = unname(-tukey[, "lwr"]))
}

# Type II by comparing nested models, each term beside those that don't contain it.
anova_answers <- function(case) {
  offset <- case$response[1]
  frame <- data.frame(y = case$response - offset, a = factor(case$a), b = factor(case$b), block = factor(case$block))
  whole <- lm(y ~ block + a * b, frame)
  error <- sum(resid(whole)^2) / df.residual(whole)
  row <- function(without, with) {
    squares <- sum((fitted(with) - fitted(without))^2)
    df <- df.residual(without) - df.residual(with)
    f <- squares / df / error
    list(squares = squares, df = df, f = f, p = pf(f, df, df.residual(whole), lower.tail = FALSE))
  }
  answers <- list(
    block = row(lm(y ~ a * b, frame), whole),
    a = row(lm(y ~ block + b, frame), lm(y ~ block + b + a, frame)),
    b = row(lm(y ~ block + a, frame), lm(y ~ block + a + b, frame)))
  answers[["a × b"]] <- row(lm(y ~ block + a + b, frame), whole)
  answers$error_df <- df.residual(whole)
  answers$error_mean_square <- error
  answers
}

regression_answers <- function(case) {
  # Offsets are taken out and put back: lm's own arithmetic loses what they hide.
  x <- predictors_of(case)
  shift <- sapply(x, mean)
  level <- mean(case$response)
  centred <- as.data.frame(scale(x, scale = FALSE))
  fit <- lm(y ~ ., cbind(y = case$response - level, centred))
  slopes <- coef(fit)[-1]
  contrast <- c(1, -shift)
  covariance <- vcov(fit)
  errors <- c(sqrt(drop(t(contrast) %*% covariance %*% contrast)), sqrt(diag(covariance))[-1])
  coefficients <- c(level + coef(fit)[1] - sum(slopes * shift), slopes)
  list(coefficients = unname(coefficients), errors = unname(errors),
       p = unname(2 * pt(-abs(coefficients / errors), df.residual(fit))),
       r_squared = summary(fit)$r.squared, deviation = summary(fit)$sigma)
}

mixed_answers <- function(case) {
  x <- predictors_of(case)
  level <- mean(case$response)
  frame <- cbind(y = case$response - level, x, group = factor(case$group))
  fit <- lmer(reformulate(c(names(x), "(1 | group)"), "y"), frame,
              control = lmerControl(optimizer = "Nelder_Mead", optCtrl = list(xatol = 1e-12, fatol = 1e-14, maxfun = 1e5)))
  table <- coef(summary(fit))
  coefficients <- table[, "Estimate"]
  coefficients[1] <- coefficients[1] + level
  errors <- table[, "Std. Error"]
  list(coefficients = unname(coefficients), errors = unname(errors), df = unname(table[, "df"]),
       p = unname(2 * pt(-abs(coefficients / errors), table[, "df"])), group_variance = as.data.frame(VarCorr(fit))$vcov[1],
       residual_variance = sigma(fit)^2, reml = REMLcrit(fit))
}

power_cases <- function() {
  paired <- expand.grid(n = c(2, 3, 5, 12, 30, 200), delta = c(0.1, 0.5, 1, 2), alpha = c(0.05, 0.01))
  paired$power <- mapply(function(n, delta, alpha) {
    power.t.test(n, delta, 1, alpha, type = "paired", strict = TRUE)$power
  }, paired$n, paired$delta, paired$alpha)
  paired
}

range_cases <- function() {
  range <- expand.grid(q = c(0.5, 2, 3.5, 6, 15), groups = c(2, 3, 6, 20), df = c(5, 30, 400, 20000))
  range$upper_tail <- mapply(function(q, k, df) ptukey(q, k, df, lower.tail = FALSE), range$q, range$groups, range$df)
  range
}

blocks <- function(case) {
  answer <- friedman.test(do.call(rbind, lapply(case$blocks, as.numeric)))
  list(statistic = unname(answer$statistic), p = answer$p.value)
}
shapiro <- function(case) {
  values <- as.numeric(case$values)
  answer <- shapiro.test(values - min(values))
  list(w = unname(answer$statistic), p = answer$p.value)
}

cat(toJSON(list(
  R = paste(R.version$major, R.version$minor, sep = "."),
  lme4 = as.character(packageVersion("lme4")), lmerTest = as.character(packageVersion("lmerTest")),
  pairs = lapply(cases$pairs, function(case) c(pair_answers(case), list(g_interval = paired_g_interval(case)))),
  groups = lapply(cases$groups, group_answers),
  blocks = lapply(cases$blocks, blocks),
  samples = lapply(cases$samples, shapiro),
  anova = lapply(cases$anova, anova_answers),
  regression = lapply(cases$regression, regression_answers),
  mixed = lapply(cases$mixed, mixed_answers),
  power = power_cases(),
  studentized_range = range_cases()
), auto_unbox = TRUE, digits = NA, pretty = 1), "\n")
