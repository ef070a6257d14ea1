export * from '../../bench/plans';
