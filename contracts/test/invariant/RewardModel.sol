// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// What each staker has earned, computed the slow way: at every step, for every operator, for every staker.
/// Units: FINE parts of a token unit. No indices, no marks, no debts.
abstract contract RewardModel {
    uint256 internal constant FINE = 1e12;

    struct ModelOperator {
        uint256 shares;
        uint256 assets;
        uint256 earning;
        uint256 waiting;
        uint256 endsAt;
        uint256 slashes;
    }

    mapping(uint32 operatorId => ModelOperator) private _operators;
    mapping(address wallet => mapping(uint32 operatorId => uint256)) private _active;
    mapping(address wallet => mapping(uint32 operatorId => uint256)) private _pending;
    mapping(address wallet => mapping(uint32 operatorId => uint256)) private _earned;
    address[] private _stakers;
    mapping(address wallet => bool) private _known;
    uint256 private _now;

    function modelEarned(address wallet, uint32 operatorId) external view returns (uint256) {
        return _earned[wallet][operatorId];
    }

    function modelFrom(uint256 time) internal {
        _now = time;
    }

    function modelStake(address wallet, uint32 id, uint256 amount) internal {
        if (!_known[wallet]) {
            _known[wallet] = true;
            _stakers.push(wallet);
        }
        ModelOperator storage o = _operators[id];
        uint256 shares = o.assets == 0 ? amount : amount * o.shares / o.assets;
        _pending[wallet][id] += shares;
        o.shares += shares;
        o.assets += amount;
    }

    function modelUnbond(address wallet, uint32 id, uint256 amount) internal {
        ModelOperator storage o = _operators[id];
        uint256 held = _active[wallet][id] + _pending[wallet][id];
        uint256 leaving = amount == held * o.assets / o.shares ? held : (amount * o.shares + o.assets - 1) / o.assets;
        uint256 fromPending = leaving < _pending[wallet][id] ? leaving : _pending[wallet][id];
        _pending[wallet][id] -= fromPending;
        _active[wallet][id] -= leaving - fromPending;
        o.earning -= leaving - fromPending;
        o.shares -= leaving;
        o.assets -= amount;
    }

    function modelSlash(uint32 id, uint256 lost) internal {
        _operators[id].assets -= lost;
        ++_operators[id].slashes;
    }

    function modelSlashes(uint32 id) internal view returns (uint256) {
        return _operators[id].slashes;
    }

    function modelTo(uint256 time) internal {
        for (uint32 id = 1; id <= 4; ++id) {
            _drip(_operators[id], id, time);
        }
        _now = time;
    }

    function modelAfterFinal(uint256 time, uint256 length, uint256 amount, uint256 who) internal {
        uint256 total;
        for (uint32 id = 1; id <= 4; ++id) {
            if (who >> (id - 1) & 1 == 1) total += _operators[id].assets;
        }
        for (uint32 id = 1; id <= 4; ++id) {
            ModelOperator storage o = _operators[id];
            o.earning = o.shares;
            o.endsAt = time + length;
            if (total > 0 && who >> (id - 1) & 1 == 1) o.waiting += amount * FINE * o.assets / total;
            for (uint256 i; i < _stakers.length; ++i) {
                address wallet = _stakers[i];
                _active[wallet][id] += _pending[wallet][id];
                _pending[wallet][id] = 0;
            }
        }
    }

    function _drip(ModelOperator storage o, uint32 id, uint256 time) private {
        if (o.earning == 0 || o.waiting == 0 || time == _now) return;
        uint256 amount = time < o.endsAt ? o.waiting * (time - _now) / (o.endsAt - _now) : o.waiting;
        o.waiting -= amount;
        for (uint256 i; i < _stakers.length; ++i) {
            _earned[_stakers[i]][id] += amount * _active[_stakers[i]][id] / o.earning;
        }
    }
}
