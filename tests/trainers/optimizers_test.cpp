#include "optimizers.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <stdexcept>

namespace tandem::trainers::test {
namespace {

using Course = std::vector<std::array<double, 3>>;

/// Three parameters of which one is small, as oracles/optimizers.py trains them: the learning rate
/// times 0.7 after every other step.
void expect_course(torch::optim::Optimizer& optimizer, const Course& expected) {
  const torch::Tensor& parameter = optimizer.param_groups().front().params().front();
  const auto weights = torch::tensor({1.0, -3.0, 0.25}, torch::kFloat64);
  auto& options = optimizer.param_groups().front().options();
  for (std::size_t step = 0; step < expected.size(); ++step) {
    SCOPED_TRACE(step);
    if (step > 0 && step % 2 == 0) options.set_lr(options.get_lr() * 0.7);
    optimizer.zero_grad();
    (weights * parameter.pow(3)).sum().backward();
    optimizer.step();
    for (std::int64_t i = 0; i < 3; ++i) {
      EXPECT_DOUBLE_EQ(parameter[i].item<double>(), expected[step][static_cast<std::size_t>(i)]);
    }
  }
}

torch::Tensor parameter() {
  return torch::tensor({0.5, -1.25, 2.0}, torch::kFloat64).requires_grad_();
}

// The numbers are from oracles/optimizers.py: torch.optim of torch 1.13.0a0, float64.

TEST(Adadelta, FollowsPythons) {
  Adadelta optimizer({parameter()}, 0.5);
  expect_course(optimizer, {
                               {0.49841887522429579, -1.2484188612098932, 1.9984188620483256},
                               {0.49680155226005807, -1.2467985936531092, 1.9967978647722047},
                               {0.49565444696952599, -1.2456465737566058, 1.995644621528476},
                               {0.49449587341789808, -1.2444807805204798, 1.9944770273035777},
                               {0.49367889617023103, -1.2436570027528309, 1.993651549709426},
                               {0.49285638134496079, -1.242826397884381, 1.9928189197247399},
                           });
}

TEST(Sgd, FollowsPythons) {
  Sgd optimizer({parameter()}, torch::optim::SGDOptions(0.01));
  expect_course(optimizer, {
                               {0.49249999999999999, -1.109375, 1.97},
                               {0.4852233125, -0.99861083984374999, 1.94089325},
                               {0.48027903757713708, -0.93578575244818329, 1.9211161503085483},
                               {0.47543501054448062, -0.88061696905562747, 1.9017400421779225},
                               {0.47211224534048457, -0.84641802559870494, 1.8884489813619383},
                               {0.46883576274913819, -0.81482375039272903, 1.8753430509965527},
                           });
}

TEST(Sgd, WithMomentumAndDecayFollowsPythons) {
  Sgd optimizer({parameter()}, torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(0.1));
  expect_course(optimizer, {
                               {0.49199999999999999, -1.108125, 1.968},
                               {0.47704607999999998, -0.86881468359375003, 1.9081843199999999},
                               {0.4625121459326893, -0.66988615985032607, 1.8500485837307572},
                               {0.44461557958211628, -0.46211047773833125, 1.7784623183284651},
                               {0.43021694084723511, -0.32156798114435503, 1.7208677633889404},
                               {0.4143265864268052, -0.1903619627764867, 1.6573063457072208},
                           });
}

TEST(Sgd, WithNesterovsMomentumFollowsPythons) {
  Sgd optimizer({parameter()},
                torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(0.1).nesterov(true));
  expect_course(optimizer, {
                               {0.48480000000000001, -0.98043749999999996, 1.9392},
                               {0.46400211072000003, -0.69928085351953118, 1.8560084428800001},
                               {0.44643943976811307, -0.51781056209113852, 1.7857577590724523},
                               {0.42644832808882066, -0.34987020711962175, 1.7057933123552826},
                               {0.41121133239370111, -0.24435573663016999, 1.6448453295748044},
                               {0.39498642926211092, -0.14917485244967318, 1.5799457170484437},
                           });
}

TEST(Adam, FollowsPythons) {
  Adam optimizer({parameter()}, torch::optim::AdamOptions(0.05).weight_decay(0.1));
  expect_course(optimizer, {
                               {0.45000000062500001, -1.2000000000352422, 1.9500000001562501},
                               {0.40051920862552653, -1.1501469760430438, 1.9000788896024092},
                               {0.36653860317171572, -1.1154271391542561, 1.8652279238328522},
                               {0.33328904749748378, -1.0809021556704084, 1.830480228318359},
                               {0.31062767468452951, -1.0568976518224111, 1.8062429885825013},
                               {0.28858544409011772, -1.0330568432011642, 1.7820923083410563},
                           });
}

TEST(AdamW, FollowsPythons) {
  AdamW optimizer({parameter()}, torch::optim::AdamWOptions(0.05).weight_decay(0.1));
  expect_course(optimizer, {
                               {0.44750000066666668, -1.1937500000355554, 1.9400000001666666},
                               {0.39585115248192509, -1.1379539027324055, 1.8804024985163306},
                               {0.36062115064135036, -1.0993001412845191, 1.8390147993174955},
                               {0.32634128107642052, -1.0610097343074634, 1.7979055671503053},
                               {0.30311946579367621, -1.0344905672942222, 1.7693410219749377},
                               {0.28064916082044, -1.0082271030535579, 1.7409578722877252},
                           });
}

TEST(Sgd, MovesEachGroupAtItsOwnRate) {
  const auto slow = torch::ones({2}, torch::requires_grad());
  const auto fast = torch::ones({2}, torch::requires_grad());
  Sgd optimizer(
      {torch::optim::OptimizerParamGroup({slow}, std::make_unique<torch::optim::SGDOptions>(0.125)),
       torch::optim::OptimizerParamGroup({fast})},
      torch::optim::SGDOptions(0.5));
  (slow.sum() + fast.sum()).backward();
  optimizer.step();
  EXPECT_TRUE(slow.equal(torch::full({2}, 0.875)));
  EXPECT_TRUE(fast.equal(torch::full({2}, 0.5)));
}

TEST(Optimizers, LeaveParametersWithoutGradientAlone) {
  const auto alone = torch::ones({3}, torch::requires_grad());
  Adadelta({alone}, 1.0).step();
  Adam({alone}, torch::optim::AdamOptions(1.0)).step();
  Sgd({alone}, torch::optim::SGDOptions(1.0).weight_decay(1)).step();
  EXPECT_TRUE(alone.equal(torch::ones({3})));
}

TEST(Optimizers, RefuseWhatTheyDoNotDo) {
  EXPECT_THROW(Sgd({parameter()}, torch::optim::SGDOptions(1.0).momentum(0.9).dampening(0.5)),
               std::invalid_argument);
  EXPECT_THROW(Adam({parameter()}, torch::optim::AdamOptions(1.0).amsgrad(true)),
               std::invalid_argument);
}

}  // namespace
}  // namespace tandem::trainers::test
